//! Sprig's functions on lists.

use super::strings::{like, strings};
use super::{Answer, Function, fixed, list, open, whole, wrong};
use crate::error::Fail;
use crate::eval::Machine;
use crate::value::{Element, List, PARTS, Value};
use std::rc::Rc;

pub(crate) const FUNCTIONS: &[Function] = &[
    open("list", 0, |_, given| Ok(Value::list(given.to_vec()))),
    open("tuple", 0, |_, given| Ok(Value::list(given.to_vec()))),
    fixed("append", 2, append),
    fixed("push", 2, append),
    fixed("mustAppend", 2, append),
    fixed("mustPush", 2, append),
    fixed("prepend", 2, prepend),
    fixed("mustPrepend", 2, prepend),
    fixed("first", 1, first),
    fixed("mustFirst", 1, first),
    fixed("last", 1, last),
    fixed("mustLast", 1, last),
    fixed("rest", 1, rest),
    fixed("mustRest", 1, rest),
    fixed("initial", 1, initial),
    fixed("mustInitial", 1, initial),
    fixed("reverse", 1, reverse),
    fixed("mustReverse", 1, reverse),
    fixed("compact", 1, compact),
    fixed("mustCompact", 1, compact),
    fixed("uniq", 1, uniq),
    fixed("mustUniq", 1, uniq),
    open("without", 1, without),
    open("mustWithout", 1, without),
    fixed("has", 2, has),
    fixed("mustHas", 2, has),
    open("slice", 1, slice),
    open("mustSlice", 1, slice),
    open("concat", 0, concat),
    fixed("chunk", 2, chunk),
    fixed("mustChunk", 2, chunk),
    fixed("sortAlpha", 1, |_, given| {
        let mut texts = strings(&given[0]);
        if matches!(given[0], Value::Nil | Value::Missing) {
            texts.push("<nil>".to_owned());
        }
        texts.sort_unstable();
        Ok(Value::strings(texts))
    }),
    fixed("until", 1, |_, given| {
        let count = whole(given, 0)?;
        numbers(0, count, if count < 0 { -1 } else { 1 })
    }),
    fixed("untilStep", 3, |_, given| {
        numbers(whole(given, 0)?, whole(given, 1)?, whole(given, 2)?)
    }),
    open("seq", 0, seq),
];

fn bounded(length: usize) -> Result<(), Fail> {
    if length > PARTS {
        return Err(format!("the list would have more than {PARTS} items").into());
    }
    Ok(())
}

fn append(_: &mut Machine, given: &[Value]) -> Answer {
    let mut items = list(given, 0)?.items.clone();
    bounded(items.len() + 1)?;
    items.push(given[1].clone());
    Ok(Value::list(items))
}

fn prepend(_: &mut Machine, given: &[Value]) -> Answer {
    let mut items = vec![given[1].clone()];
    items.extend_from_slice(&list(given, 0)?.items);
    bounded(items.len())?;
    Ok(Value::list(items))
}

fn first(_: &mut Machine, given: &[Value]) -> Answer {
    Ok(list(given, 0)?.items.first().cloned().unwrap_or(Value::Nil))
}

fn last(_: &mut Machine, given: &[Value]) -> Answer {
    Ok(list(given, 0)?.items.last().cloned().unwrap_or(Value::Nil))
}

fn rest(_: &mut Machine, given: &[Value]) -> Answer {
    let items = &list(given, 0)?.items;
    Ok(Value::list(items.get(1..).unwrap_or_default().to_vec()))
}

fn initial(_: &mut Machine, given: &[Value]) -> Answer {
    let items = &list(given, 0)?.items;
    Ok(Value::list(items[..items.len().saturating_sub(1)].to_vec()))
}

fn reverse(_: &mut Machine, given: &[Value]) -> Answer {
    Ok(Value::list(list(given, 0)?.items.iter().rev().cloned().collect()))
}

fn compact(_: &mut Machine, given: &[Value]) -> Answer {
    let items = list(given, 0)?.items.iter().filter(|item| item.truth()).cloned();
    Ok(Value::list(items.collect()))
}

fn contains(items: &[Value], wanted: &Value) -> bool {
    items.iter().any(|item| item.deep_equal(wanted))
}

fn uniq(_: &mut Machine, given: &[Value]) -> Answer {
    let list = list(given, 0)?;
    let mut seen: Vec<Value> = Vec::new();
    for item in &list.items {
        if !contains(&seen, item) {
            seen.push(item.clone());
        }
    }
    Ok(Value::list(seen))
}

fn without(_: &mut Machine, given: &[Value]) -> Answer {
    let items = list(given, 0)?
        .items
        .iter()
        .filter(|item| !contains(&given[1..], item))
        .cloned();
    Ok(Value::list(items.collect()))
}

fn has(_: &mut Machine, given: &[Value]) -> Answer {
    if given[1].is_nil() {
        return Ok(Value::Bool(false));
    }
    Ok(Value::Bool(contains(&list(given, 1)?.items, &given[0])))
}

fn slice(_: &mut Machine, given: &[Value]) -> Answer {
    let list = list(given, 0)?;
    let length = list.items.len();
    if length == 0 {
        return Ok(Value::Nil);
    }
    let bound = |at: usize, otherwise: usize| match given.get(at) {
        Some(value) => {
            let number = super::numbers::to_int(value);
            usize::try_from(number)
                .ok()
                .filter(|number| *number <= length)
                .ok_or_else(|| Fail::from(format!("{number} lies outside a list of {length}")))
        }
        None => Ok(otherwise),
    };
    let (start, end) = (bound(1, 0)?, bound(2, length)?);
    if start > end {
        return Err(format!("the start {start} lies behind the end {end}").into());
    }
    Ok(like(list, list.items[start..end].to_vec()))
}

fn concat(_: &mut Machine, given: &[Value]) -> Answer {
    let mut items = Vec::new();
    for at in 0..given.len() {
        items.extend_from_slice(&list(given, at)?.items);
        bounded(items.len())?;
    }
    Ok(Value::list(items))
}

fn chunk(_: &mut Machine, given: &[Value]) -> Answer {
    let size = whole(given, 0)?;
    let size = usize::try_from(size)
        .ok()
        .filter(|size| *size > 0)
        .ok_or_else(|| wrong(given, 0, "a size above zero"))?;
    let chunks = list(given, 1)?
        .items
        .chunks(size)
        .map(|chunk| Value::list(chunk.to_vec()));
    Ok(Value::list(chunks.collect()))
}

fn steps(start: i64, stop: i64, by: i64) -> Result<Vec<i64>, Fail> {
    let mut numbers = Vec::new();
    let mut number = start;
    let up = stop >= start;
    if (up && by <= 0) || (!up && by >= 0) {
        return Ok(numbers);
    }
    while (up && number < stop) || (!up && number > stop) {
        bounded(numbers.len() + 1)?;
        numbers.push(number);
        number = match number.checked_add(by) {
            Some(number) => number,
            None => break,
        };
    }
    Ok(numbers)
}

fn numbers(start: i64, stop: i64, by: i64) -> Answer {
    Ok(Value::List(Rc::new(List {
        items: steps(start, stop, by)?.into_iter().map(Value::int).collect(),
        element: Element::Int,
    })))
}

fn seq(_: &mut Machine, given: &[Value]) -> Answer {
    let at = |at: usize| whole(given, at);
    let sign = |from: i64, to: i64| if to < from { -1 } else { 1 };
    let numbers = match given.len() {
        1 => {
            let end = at(0)?;
            steps(1, end.saturating_add(sign(1, end)), sign(1, end))?
        }
        2 => {
            let (from, to) = (at(0)?, at(1)?);
            steps(from, to.saturating_add(sign(from, to)), sign(from, to))?
        }
        3 => {
            let (from, by, to) = (at(0)?, at(1)?, at(2)?);
            if to < from && by > 0 {
                return Ok(Value::str(""));
            }
            steps(from, to.saturating_add(sign(from, to)), by)?
        }
        _ => Vec::new(),
    };
    let texts: Vec<String> = numbers.iter().map(i64::to_string).collect();
    Ok(Value::str(texts.join(" ")))
}
