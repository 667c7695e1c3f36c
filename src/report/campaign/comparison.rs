//! Arms side by side: what each gives, and what the difference is worth, run by run.
//!
//! Knows nothing of threads. Kept here: a difference is told with the interval of the difference,
//! never read off two intervals.

use serde_json::{Value, json};

use super::amount::{amount, plain, rounded, short};
use super::arms::{Arms, Cell, verdict};
use super::grid;
use super::said;
use super::screen::length;
use crate::report::page::Page;
use crate::report::style::{Ink, Style};
use crate::report::table::Table;
use crate::report::wording::number;

/// Returns the comparison of a metric in one line: the arm with the least mean, beside the first.
fn in_one_line(of: &Arms<'_>, shared: usize) -> Option<String> {
    let (unit, name) = (of.unit(shared), of.name(shared));
    let cells = of.cells(shared);
    let known = cells.iter().filter_map(|cell| Some((cell.estimate.mean?, cell)));
    let (mean, least) = known.min_by(|one, two| one.0.total_cmp(&two.0))?;
    let (arm, mean, first) = (least.arm, short(unit, mean), &of.arms[0].name);
    let Some(off) = &least.difference else {
        return Some(format!("no arm has less {name} than {arm}: {mean}"));
    };
    let interval = off.interval.map_or_else(
        || verdict(off).to_owned(),
        |of| format!("{} to {}, {}", short(unit, of.low), short(unit, of.high), verdict(off)),
    );
    let off = short(unit, off.mean);
    Some(format!("{arm} has the least {name}, {mean}: {off} from {first} ({interval})"))
}

/// Returns a comparison as text of 80 columns.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # use cutover::campaign::{Campaign, Chunks, Header, Paired, shared_metrics};
/// # use cutover::report::{Arm, Arms};
/// # let faster = loaded.with("dns_ttl", "5s").expect("it is a knob");
/// # let arm = |name: &str, of| Arm {
/// #     name: name.to_owned(),
/// #     header: Header::new(of, 0, Chunks::of(40), String::new()),
/// # };
/// let arms = [arm("as it is", &loaded), arm("dns_ttl=5s", &faster)];
/// let campaigns = [Campaign::new(&loaded, 0), Campaign::new(&faster, 0)];
/// let shared = shared_metrics(&campaigns);
/// let told = ["write_downtime".to_owned()];
/// let paired = Paired::tally(&campaigns, &shared, 0..40);
/// let repeat = "cutover compare FILE --by dns_ttl=5s".to_owned();
/// let (arms, told, shared, paired) = (&arms, &told, &shared, &paired);
/// let of = Arms { arms, told, shared, paired, grid: None, repeat };
/// let text = cutover::report::comparison_text(&of, cutover::report::Style::PLAIN);
/// assert!(text.contains("dns_ttl=5s"));
/// ```
pub fn comparison_text(of: &Arms<'_>, style: Style) -> String {
    let mut page = Page::new(style);
    let first = &of.arms[0];
    let runs = of.paired.arms[0].runs;
    let text = format!(
        "{} arms of {} runs each with the same seeds {} to {} ({}); differences are from {}, \
         with 95 % confidence intervals, simulated",
        of.arms.len(),
        number(runs),
        first.header.seed,
        first.header.seed.wrapping_add(runs.saturating_sub(1)),
        length(first.header.until_us),
        first.name,
    );
    page.lead(0, Ink::Strong, "COMPARED", &text);
    if let Some(line) = of.rows().first().and_then(|shared| in_one_line(of, *shared)) {
        page.say(10, Ink::Strong, &line);
    }
    for shared in of.rows() {
        let unit = of.unit(shared);
        page.title(&of.name(shared).to_uppercase().replace('_', " "));
        if let Some(grid) = of.grid {
            grid::map(&mut page, grid, unit, &of.cells(shared));
            continue;
        }
        let mut table =
            Table::of_names(&["arm", ">mean", ">difference", "interval of the difference"]);
        for cell in of.cells(shared) {
            let mean = cell.estimate.mean.map_or("-".to_owned(), |mean| short(unit, mean));
            let (off, how) = cell.difference.as_ref().map_or_else(Default::default, |off| {
                let interval = off.interval.map_or_else(String::new, |interval| {
                    format!("{} to {}, ", short(unit, interval.low), short(unit, interval.high))
                });
                let reduction = off.reduction.filter(|_| off.interval.is_some());
                let reduction = reduction.map_or_else(String::new, |times| {
                    format!("; pairing is worth {} times the runs", plain(times))
                });
                let flips = if unit == "share" {
                    let seed = |run: Option<u64>| {
                        let run = run.map(|run| first.header.seed.wrapping_add(run));
                        run.map_or_else(String::new, |seed| format!(" (first seed {seed})"))
                    };
                    let (more, less) = (seed(off.of.more_first), seed(off.of.less_first));
                    format!(
                        "; flips to yes in {}{more}, to no in {}{less}",
                        off.of.more, off.of.less
                    )
                } else {
                    String::new()
                };
                let text = format!("{interval}{}{flips}{reduction}", verdict(off));
                (short(unit, off.mean), text)
            });
            table.row([cell.arm.to_owned(), mean, off, how]);
        }
        page.table(2, &table);
    }
    if of.grid.is_some() {
        page.gap();
        page.say(0, Ink::Faint, grid::SIGNS);
    }
    page.title("TO REPEAT THIS COMPARISON");
    page.command(2, &of.repeat);
    page.into_text()
}

/// Returns a comparison as JSON in the format `cutover.compare/1`, ending in a newline.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # use cutover::campaign::{Campaign, Chunks, Header, Paired, shared_metrics};
/// # use cutover::report::{Arm, Arms};
/// # let faster = loaded.with("dns_ttl", "5s").expect("it is a knob");
/// # let arm = |name: &str, of| Arm {
/// #     name: name.to_owned(),
/// #     header: Header::new(of, 0, Chunks::of(40), String::new()),
/// # };
/// let arms = [arm("as it is", &loaded), arm("dns_ttl=5s", &faster)];
/// let campaigns = [Campaign::new(&loaded, 0), Campaign::new(&faster, 0)];
/// let shared = shared_metrics(&campaigns);
/// let told = ["write_downtime".to_owned()];
/// let paired = Paired::tally(&campaigns, &shared, 0..40);
/// let repeat = "cutover compare FILE --by dns_ttl=5s".to_owned();
/// let (arms, told, shared, paired) = (&arms, &told, &shared, &paired);
/// let of = Arms { arms, told, shared, paired, grid: None, repeat };
/// assert!(cutover::report::comparison_json(&of).contains("cutover.compare/1"));
/// ```
pub fn comparison_json(of: &Arms<'_>) -> String {
    let first = &of.arms[0].header;
    let metrics = (0..of.shared.len()).map(|shared| {
        let arms = of.cells(shared).into_iter().map(|cell| {
            json!({
                "arm": cell.arm,
                "mean": cell.estimate.mean.and_then(rounded),
                "mean_low": cell.estimate.interval.and_then(|interval| rounded(interval.low)),
                "mean_high": cell.estimate.interval.and_then(|interval| rounded(interval.high)),
                "said": cell.estimate.said.word(),
                "count": cell.moments.count,
                "difference": cell.difference.as_ref().map(|off| json!({
                    "mean": rounded(off.mean),
                    "low": off.interval.and_then(|interval| rounded(interval.low)),
                    "high": off.interval.and_then(|interval| rounded(interval.high)),
                    "more": off.of.more,
                    "less": off.of.less,
                    "more_first_seed": off.of.more_first.map(|run| first.seed.wrapping_add(run)),
                    "less_first_seed": off.of.less_first.map(|run| first.seed.wrapping_add(run)),
                    "variance_reduction": off.reduction.and_then(rounded),
                    "verdict": verdict(off),
                })),
            })
        });
        json!({
            "name": of.name(shared),
            "unit": of.unit(shared),
            "arms": arms.collect::<Vec<Value>>(),
        })
    });
    let value = json!({
        "format": "cutover.compare/1",
        "version": first.version,
        "runs": of.paired.arms[0].runs,
        "seeds": { "first": first.seed, "count": of.paired.arms[0].runs },
        "until_us": first.until_us,
        "arms": of.arms.iter().map(|arm| json!({
            "name": arm.name, "scenario": arm.header.scenario, "inputs": arm.header.inputs,
            "policy": arm.header.policy,
        })).collect::<Vec<Value>>(),
        "grid": of.grid.map(|grid| json!({
            "down": { "key": grid.down.0, "values": grid.down.1 },
            "across": { "key": grid.across.0, "values": grid.across.1 },
        })),
        "metrics": metrics.collect::<Vec<Value>>(),
        "repeat": of.repeat,
    });
    format!("{value:#}\n")
}

/// How many inputs a tornado tells of.
const TORNADO_MAX: usize = 12;

/// Returns, for each metric, the inputs that move it most, as text of 80 columns.
///
/// # Examples
/// ```
/// # let loaded = cutover::scenario::load("scenarios/business-primary-crash.ron".as_ref())
/// #     .expect("it is valid");
/// # use cutover::campaign::{Campaign, Chunks, Header, Paired, shared_metrics};
/// # use cutover::report::{Arm, Arms};
/// # let faster = loaded.with("dns_ttl", "5s").expect("it is a knob");
/// # let arm = |name: &str, of| Arm {
/// #     name: name.to_owned(),
/// #     header: Header::new(of, 0, Chunks::of(40), String::new()),
/// # };
/// let arms = [arm("as it is", &loaded), arm("dns_ttl=5s", &faster)];
/// let campaigns = [Campaign::new(&loaded, 0), Campaign::new(&faster, 0)];
/// let shared = shared_metrics(&campaigns);
/// let told = ["write_downtime".to_owned()];
/// let paired = Paired::tally(&campaigns, &shared, 0..40);
/// let repeat = "cutover compare FILE --by dns_ttl=5s".to_owned();
/// let (arms, told, shared, paired) = (&arms, &told, &shared, &paired);
/// let of = Arms { arms, told, shared, paired, grid: None, repeat };
/// let text = cutover::report::tornado_text(&of, cutover::report::Style::PLAIN);
/// assert!(text.contains("dns_ttl"));
/// ```
pub fn tornado_text(of: &Arms<'_>, style: Style) -> String {
    let mut page = Page::new(style);
    let first = &of.arms[0];
    let text = format!(
        "each undocumented value that mattered, halved and doubled, over {} runs with the same \
         seeds; what moves the mean most comes first, simulated",
        number(of.paired.arms[0].runs)
    );
    page.lead(0, Ink::Strong, "TORNADO", &text);
    for shared in of.rows() {
        let unit = of.unit(shared);
        let mut cells: Vec<Cell<'_>> = of.cells(shared);
        cells.retain(|cell| {
            cell.difference.as_ref().is_some_and(|off| off.of.more + off.of.less > 0)
        });
        let size = |cell: &Cell<'_>| cell.difference.as_ref().map_or(0, |off| off.of.sum.abs());
        cells.sort_by_key(|cell| (std::cmp::Reverse(size(cell)), cell.arm.to_owned()));
        if cells.is_empty() {
            continue;
        }
        let mean = said(&first.header, &of.paired.arms[0])[of.shared[shared][0]].mean;
        let mean = mean.map_or("-".to_owned(), |mean| amount(unit, mean));
        page.title(&format!("{} ({mean})", of.name(shared).to_uppercase().replace('_', " ")));
        let mut table = Table::of_names(&["input", ">moves it by", "interval"]);
        for cell in cells.iter().take(TORNADO_MAX) {
            let Some(off) = &cell.difference else { continue };
            let interval = off.interval.map_or_else(String::new, |interval| {
                format!("{} to {}, ", short(unit, interval.low), short(unit, interval.high))
            });
            let text = format!("{interval}{}", verdict(off));
            table.row([cell.arm.to_owned(), short(unit, off.mean), text]);
        }
        page.table(2, &table);
    }
    page.title("TO REPEAT THIS");
    page.command(2, &of.repeat);
    page.into_text()
}
