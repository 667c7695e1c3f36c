//! What is compared: values of knobs, policies and plans, in lists, ranges and grids.
//!
//! Knows nothing of running. Kept here: an arm differs from the scenario in what its name says, and
//! in nothing else.

use crate::cli::stop::Stop;
use crate::kernel::{Span, nearest};
use crate::knob::Policy;
use crate::model::Plan;
use crate::report::Grid;
use crate::scenario::Loaded;

/// The most arms of one comparison.
const ARMS_MAX: usize = 400;

/// Returns the arms of a scenario: each value, or each pair of values, with its name.
pub(super) fn arms(
    loaded: &Loaded,
    by: &[(String, String)],
) -> Result<Vec<(String, Loaded)>, Stop> {
    let mut arms = vec![(String::new(), loaded.clone())];
    for (key, values) in by {
        let mut next = Vec::new();
        for (name, arm) in &arms {
            for value in self::values(values).map_err(Stop::usage)? {
                let comma = if name.is_empty() { "" } else { ", " };
                next.push((format!("{name}{comma}{key}={value}"), with(arm, key, &value)?));
            }
        }
        arms = next;
    }
    if arms.len() > ARMS_MAX {
        let found = arms.len();
        return Err(Stop::usage(format!("found {found} arms, expected at most {ARMS_MAX}")));
    }
    Ok(arms)
}

/// Returns what the arms are made of, if it is two keys with several values each.
pub(super) fn grid(by: &[(String, String)]) -> Result<Option<Grid>, Stop> {
    let [down, across] = by else { return Ok(None) };
    let [down, across] = [down, across]
        .map(|(key, text)| values(text).map(|values| (key.clone(), values)).map_err(Stop::usage));
    let (down, across) = (down?, across?);
    Ok((down.1.len() > 1 && across.1.len() > 1).then_some(Grid { down, across }))
}

/// Returns a scenario with one thing set to a value.
fn with(loaded: &Loaded, key: &str, value: &str) -> Result<Loaded, Stop> {
    let mut arm = loaded.clone();
    match key {
        "plan" => return on_plan(loaded, value),
        "policy" => {
            let value = Policy::by_name(value).map_or(value, |policy| policy.card().value);
            arm.set(key, value).map_err(Stop::usage)?;
        }
        _ => arm.set(key, value).map_err(Stop::usage)?,
    }
    Ok(arm)
}

/// Returns a scenario on another plan; with `+recovery` behind it, with recovery services as well.
fn on_plan(loaded: &Loaded, value: &str) -> Result<Loaded, Stop> {
    let (name, extra) = value
        .split_once('+')
        .map_or((value, None), |(name, extra)| (name.trim_end(), Some(extra.trim_start())));
    let plan = Plan::ALL.into_iter().find(|plan| plan.name().eq_ignore_ascii_case(name));
    let plan = plan.ok_or_else(|| {
        let near = nearest(name, Plan::ALL.iter().map(|plan| plan.name()));
        let hint = near.map_or_else(String::new, |near| format!(" (did you mean {near}?)"));
        Stop::usage(format!("no such plan {name}{hint}"))
    })?;
    let arm = loaded.with_plan(plan).map_err(Stop::input)?;
    match extra {
        None => Ok(arm),
        Some("recovery") => arm.with_recovery().map_err(Stop::input),
        Some(other) => {
            Err(Stop::usage(format!("found {value}, with +{other}, expected +recovery or nothing")))
        }
    }
}

/// Returns the values of a list, `A,B,C`, or of a range, `A..B/STEP`.
fn values(text: &str) -> Result<Vec<String>, String> {
    if let Some((begin, rest)) = text.split_once("..") {
        let expected = "expected A..B/STEP, such as 10s..120s/10s";
        let (end, step) = rest.split_once('/').ok_or(expected)?;
        let ends = [begin, end, step].map(str::trim);
        return range(ends).ok_or_else(|| format!("found {text}, {expected}"));
    }
    let mut list = vec![String::new()];
    let mut depth = 0_u32;
    for letter in text.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                list.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = list.last_mut() {
            last.push(letter);
        }
    }
    let list: Vec<String> = list.iter().map(|value| value.trim().to_owned()).collect();
    if list.iter().any(String::is_empty) {
        return Err(format!("found an empty value in {text}"));
    }
    Ok(list)
}

fn range(ends: [&str; 3]) -> Option<Vec<String>> {
    if let [Ok(begin), Ok(end), Ok(step)] = ends.map(str::parse::<Span>) {
        let numbers = [begin, end, step].map(Span::as_micros);
        let list = steps(numbers)?.into_iter();
        return Some(list.map(|micros| Span::from_micros(micros).to_string()).collect());
    }
    let [Ok(begin), Ok(end), Ok(step)] = ends.map(str::parse::<u64>) else { return None };
    Some(steps([begin, end, step])?.iter().map(u64::to_string).collect())
}

fn steps([begin, end, step]: [u64; 3]) -> Option<Vec<u64>> {
    if step == 0 || begin > end || (end - begin) / step >= 400 {
        return None;
    }
    Some((0..=(end - begin) / step).map(|turn| begin + turn * step).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_lists_or_ranges() {
        let list = |text: &str| values(text).expect("the text is right");
        assert_eq!(list("10s, 20s"), ["10s", "20s"]);
        assert_eq!(list("uniform(1s, 2s),3s"), ["uniform(1s, 2s)", "3s"]);
        assert_eq!(list("30s..1m/15s"), ["30s", "45s", "1m"]);
        assert_eq!(list("1..4/2"), ["1", "3"]);
        for text in ["10s..", "10s..5s/1s", "1s..2s/0s", "a..b/c", "1,,2", ""] {
            assert!(values(text).is_err(), "{text}");
        }
    }
}
