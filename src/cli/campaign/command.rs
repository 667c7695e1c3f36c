//! The command `campaign`: many runs of one scenario, and what they allow to be said.
//!
//! Knows nothing of statistics. Kept here: nothing is printed before all of the result is there,
//! and what was finished before an end is kept where it was asked to be.

use super::options::{CampaignFormat, CampaignOptions, Runs, Saving};
use super::rare;
use super::runner::{End, Runner};
use super::store::{Store, Unusable, kept};
use crate::campaign::{
    Campaign, Chunks, GoalVerdict, Header, Part, PartError, Shard, Tally, difference, judge,
    overall, precise,
};
use crate::cli::args::Color;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::run::{path, quoted};
use crate::cli::stop::Stop;
use crate::kernel::{Share, nearest};
use crate::report::{Style, campaign_json, campaign_text, rare_json, rare_text};
use crate::scenario::Loaded;

/// Runs a campaign, or one shard of it, and prints what it gives.
pub(crate) fn campaign(options: &CampaignOptions) -> Result<Exit, Stop> {
    let runs = &options.runs;
    let loaded = runs.change.load(&options.file)?;
    let mut header = header(&loaded, runs);
    header.rare = rare::asked(options, &loaded, &header)?;
    let wanted = wanted(&header, &options.precise)?;
    let store = Store::open(&options.saving, |text| {
        let part = Part::from_text(text).map_err(Unusable::Broken)?;
        if let Some((what, expected, found)) = difference(&header, &part.header) {
            return Err(Unusable::Other(what, expected, found));
        }
        let chunk = part.chunks.first().copied();
        chunk
            .map(|chunk| (chunk, part.tally))
            .ok_or_else(|| Unusable::Broken(PartError::Unreadable("it holds no chunk".to_owned())))
    })?;
    let runner = Runner::new(runs.jobs, repeat(&header));
    let mut campaign = Campaign::new(&loaded, runs.seed);
    if let Some(rare) = header.rare {
        campaign = campaign.weighed(rare);
    }
    let work = Work { campaign, header, store, saving: &options.saving, runner };
    if let Some(shard) = options.shard {
        let chunks = work.header.chunks.of_shard(shard);
        let mut tally = work.campaign.empty();
        work.add(&chunks, &mut tally)?;
        let part = Part { header: work.header, shard, chunks, tally };
        let text = part.to_text();
        if let Some(folder) = &options.saving.out {
            let name = format!("shard-{}-of-{}.json", shard.index, shard.of);
            output::save(folder, &[(&name, &text)])?;
        }
        output::emit(&text)?;
        return Ok(Exit::Pass);
    }
    let (tally, enough) = work.until(&wanted)?;
    let header = &work.header;
    if let Some(folder) = &options.saving.out {
        let [json, text] = [CampaignFormat::Json, CampaignFormat::Text]
            .map(|format| written(header, &tally, format, Style::PLAIN));
        output::save(folder, &[("campaign.json", &json), ("campaign.txt", &text)])?;
    }
    if !enough {
        output::complain("warning: the precision asked for was not reached; more --runs may");
    }
    let exit = print(header, &tally, options.format, options.runs.color)?;
    Ok(if enough { exit } else { exit.graver(Exit::Inconclusive) })
}

/// Returns the header of a campaign.
pub(super) fn header(loaded: &Loaded, runs: &Runs) -> Header {
    let mut chunks = Chunks::of(runs.runs);
    chunks.size = runs.chunk.unwrap_or(chunks.size);
    let mut header = Header::new(loaded, runs.seed, chunks, runs.change.words().join(" "));
    header.file = quoted(&path(std::path::Path::new(&header.file)));
    header
}

/// Returns the command that does the same again.
pub(super) fn repeat(header: &Header) -> String {
    let Chunks { runs, size } = header.chunks;
    let chunk =
        if header.chunks == Chunks::of(runs) { String::new() } else { format!(" --chunk {size}") };
    let space = if header.options.is_empty() { "" } else { " " };
    let rare = header.rare.map_or_else(String::new, |rare| rare::words(header, &rare));
    format!(
        "cutover campaign {} --runs {runs} --seed {}{chunk}{rare}{space}{}",
        header.file, header.seed, header.options
    )
}

/// Prints a campaign's result; its targets say how the program ends.
pub(super) fn print(
    header: &Header,
    tally: &Tally,
    format: CampaignFormat,
    color: Color,
) -> Result<Exit, Stop> {
    output::emit(&written(header, tally, format, output::style(color)))?;
    if header.rare.is_some() {
        let is_told = tally.rare_interval().is_some();
        return Ok(if is_told { Exit::Pass } else { Exit::Inconclusive });
    }
    Ok(match overall(&judge(header, tally)) {
        Some(GoalVerdict::Breached) => Exit::Fail,
        Some(GoalVerdict::Undecided) => Exit::Inconclusive,
        Some(GoalVerdict::Met) | None => Exit::Pass,
    })
}

/// Returns a campaign's result as it is printed.
fn written(header: &Header, tally: &Tally, format: CampaignFormat, style: Style) -> String {
    let text = |style| match header.rare {
        Some(rare) => rare_text(header, &rare, (tally, &repeat(header)), style),
        None => campaign_text(header, tally, style),
    };
    match (format, header.rare) {
        (CampaignFormat::Json, Some(rare)) => rare_json(header, &rare, (tally, &repeat(header))),
        (CampaignFormat::Json, None) => campaign_json(header, tally),
        (CampaignFormat::Text, _) => text(style),
        (CampaignFormat::Markdown, _) => markdown(&text(Style::PLAIN)),
    }
}

/// Returns a text as a block that keeps its columns.
pub(super) fn markdown(text: &str) -> String {
    format!("```text\n{text}```\n")
}

/// Returns the places of the metrics that are to be precise.
fn wanted(header: &Header, precise: &[(String, Share)]) -> Result<Vec<(usize, Share)>, Stop> {
    let place = |(name, share): &(String, Share)| Ok((metric(header, name)?, *share));
    precise.iter().map(place).collect()
}

/// Returns the place of a metric, or tells the word that was probably meant.
pub(super) fn metric(header: &Header, name: &str) -> Result<usize, Stop> {
    header.metric(name).ok_or_else(|| {
        let known = header.metrics.iter().map(|column| column.name.as_str());
        let near = nearest(name, known).map(|near| format!(" (did you mean {near}?)"));
        let hint = near.unwrap_or_default();
        Stop::usage(format!("no such metric {name}{hint}; `cutover list metrics` names them"))
    })
}

/// A campaign under way.
struct Work<'a> {
    campaign: Campaign,
    header: Header,
    store: Option<Store<Tally>>,
    saving: &'a Saving,
    runner: Runner,
}

impl Work<'_> {
    /// Adds chunks to a tally, those that are saved without running them.
    fn add(&self, chunks: &[u64], tally: &mut Tally) -> Result<(), Stop> {
        let known = self.store.as_ref().map(|store| &store.known);
        let is_new = |chunk: &&u64| known.is_none_or(|known| !known.contains_key(*chunk));
        let rest: Vec<u64> = chunks.iter().filter(is_new).copied().collect();
        for saved in chunks.iter().filter_map(|chunk| known?.get(chunk)) {
            tally.merge(saved);
        }
        let work = |chunk| self.campaign.tally(self.header.chunks.runs_of(chunk));
        let end = self.runner.run(&rest, work, |chunk, part| {
            tally.merge(&part);
            let Some(store) = &self.store else { return Ok(()) };
            let (header, shard) = (self.header.clone(), Shard::WHOLE);
            let part = Part { header, shard, chunks: vec![chunk], tally: part };
            store.save(chunk, &part.to_text()).map_err(|stop| kept(self.saving, &stop))
        })?;
        match end {
            End::Done => Ok(()),
            End::Interrupted => {
                let message = "interrupted".to_owned();
                Err(kept(self.saving, &Stop { exit: Exit::Interrupted, message }))
            }
        }
    }

    /// Runs until the metrics are precise enough or the runs are over; tells which.
    fn until(&self, wanted: &[(usize, Share)]) -> Result<(Tally, bool), Stop> {
        let mut tally = self.campaign.empty();
        let mut begin = 0;
        let chunks = self.header.chunks;
        let stops = if wanted.is_empty() { vec![chunks.count()] } else { chunks.stops() };
        let mut enough = wanted.is_empty();
        for stop in stops {
            let next: Vec<u64> = (begin..stop).collect();
            self.add(&next, &mut tally)?;
            begin = stop;
            enough = wanted.iter().all(|(place, share)| {
                let flag = self.header.metrics[*place].unit == "share";
                precise(&tally.metrics[*place], flag, *share)
            });
            if enough {
                break;
            }
        }
        Ok((tally, enough))
    }
}
