//! Sprig's functions on numbers. What is no number counts as zero, as in Go's `spf13/cast`.

use super::{Answer, Function, fixed, open, text, whole};
use crate::error::Fail;
use crate::eval::Machine;
use crate::print;
use crate::value::Value;

pub(crate) const FUNCTIONS: &[Function] = &[
    fixed("atoi", 1, |_, given| {
        let text = text(given, 0)?;
        Ok(Value::int(
            text.strip_prefix('+').unwrap_or(text).parse().unwrap_or(0),
        ))
    }),
    fixed("int", 1, |_, given| Ok(Value::int(to_int(&given[0])))),
    fixed("int64", 1, |_, given| Ok(Value::int64(to_int(&given[0])))),
    fixed("float64", 1, |_, given| Ok(Value::Float(to_float(&given[0])))),
    fixed("toDecimal", 1, |_, given| {
        Ok(Value::int64(
            i64::from_str_radix(&print::plain(&given[0]), 8).unwrap_or(0),
        ))
    }),
    fixed("add1", 1, |_, given| {
        Ok(Value::int64(to_int(&given[0]).wrapping_add(1)))
    }),
    open("add", 0, |_, given| {
        Ok(Value::int64(given.iter().map(to_int).fold(0, i64::wrapping_add)))
    }),
    fixed("sub", 2, |_, given| {
        Ok(Value::int64(to_int(&given[0]).wrapping_sub(to_int(&given[1]))))
    }),
    open("mul", 1, |_, given| {
        Ok(Value::int64(given.iter().map(to_int).fold(1, i64::wrapping_mul)))
    }),
    fixed("div", 2, |_, given| divided(given, i64::wrapping_div)),
    fixed("mod", 2, |_, given| divided(given, i64::wrapping_rem)),
    open("max", 1, |_, given| {
        Ok(Value::int64(given.iter().map(to_int).max().unwrap_or(0)))
    }),
    open("biggest", 1, |_, given| {
        Ok(Value::int64(given.iter().map(to_int).max().unwrap_or(0)))
    }),
    open("min", 1, |_, given| {
        Ok(Value::int64(given.iter().map(to_int).min().unwrap_or(0)))
    }),
    open("maxf", 1, |_, given| {
        Ok(Value::Float(
            given.iter().map(to_float).fold(f64::NEG_INFINITY, f64::max),
        ))
    }),
    open("minf", 1, |_, given| {
        Ok(Value::Float(
            given.iter().map(to_float).fold(f64::INFINITY, f64::min),
        ))
    }),
    fixed("add1f", 1, |_, given| {
        Ok(Value::Float(decimal(to_float(&given[0]) + 1.0)))
    }),
    open("addf", 0, |_, given| {
        Ok(Value::Float(decimal(given.iter().map(to_float).sum())))
    }),
    open("subf", 1, |_, given| {
        let first = to_float(&given[0]);
        Ok(Value::Float(decimal(
            given[1..].iter().map(to_float).fold(first, |a, b| a - b),
        )))
    }),
    open("mulf", 1, |_, given| {
        Ok(Value::Float(decimal(given.iter().map(to_float).product())))
    }),
    open("divf", 1, |_, given| {
        let mut result = to_float(&given[0]);
        for value in &given[1..] {
            let by = to_float(value);
            if by == 0.0 {
                return Err("division by zero".into());
            }
            result /= by;
        }
        // Sprig divides to sixteen places.
        Ok(Value::Float(format!("{result:.16}").parse().unwrap_or(result)))
    }),
    fixed("ceil", 1, |_, given| Ok(Value::Float(to_float(&given[0]).ceil()))),
    fixed("floor", 1, |_, given| {
        Ok(Value::Float(to_float(&given[0]).floor()))
    }),
    Function {
        name: "round",
        least: 2,
        most: Some(3),
        call: round,
    },
];

/// Go's `cast.ToInt64`.
pub(super) fn to_int(value: &Value) -> i64 {
    match value {
        Value::Int(number, _) => *number,
        #[expect(clippy::cast_possible_truncation, reason = "as Go converts")]
        Value::Float(number) => *number as i64,
        Value::Bool(value) => i64::from(*value),
        Value::Str(text) => parse_int(without_zeros(text)).unwrap_or(0),
        _ => 0,
    }
}

/// `3.00` counts as `3`.
fn without_zeros(text: &str) -> &str {
    let trimmed = text.trim_end_matches('0');
    match trimmed.strip_suffix('.') {
        Some(whole) if trimmed.len() < text.len() => whole,
        _ => text,
    }
}

/// Go's `strconv.ParseInt` with base 0: `0x`, `0o`, `0b`, a leading zero, underscores between digits.
fn parse_int(text: &str) -> Option<i64> {
    match crate::lex::number(text)? {
        crate::lex::Number::Int(number) => Some(number),
        crate::lex::Number::Float(_) => None,
    }
}

/// Go's `cast.ToFloat64`.
pub(super) fn to_float(value: &Value) -> f64 {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "as Go converts")]
        Value::Int(number, _) => *number as f64,
        Value::Float(number) => *number,
        Value::Bool(value) => f64::from(u8::from(*value)),
        Value::Str(text) => text.parse().unwrap_or(0.0),
        _ => 0.0,
    }
}

/// Sprig reckons in decimals; so the digits behind the fifteenth, where a float errs, are cut.
fn decimal(number: f64) -> f64 {
    if !number.is_finite() {
        return number;
    }
    format!("{number:.14e}").parse().unwrap_or(number)
}

fn divided(given: &[Value], operation: fn(i64, i64) -> i64) -> Answer {
    let by = to_int(&given[1]);
    if by == 0 {
        return Err(Fail::from("division by zero"));
    }
    Ok(Value::int64(operation(to_int(&given[0]), by)))
}

fn round(_: &mut Machine, given: &[Value]) -> Answer {
    let number = to_float(&given[0]);
    let places = i32::try_from(whole(given, 1)?).unwrap_or(0);
    let on = match given.get(2) {
        Some(Value::Float(on)) => *on,
        Some(Value::Int(on, _)) => to_float(&Value::int(*on)),
        Some(_) => return Err(super::wrong(given, 2, "a number")),
        None => 0.5,
    };
    let power = 10f64.powi(places);
    let digit = power * number;
    let rounded = if digit - digit.trunc() >= on {
        digit.ceil()
    } else {
        digit.floor()
    };
    Ok(Value::Float(rounded / power))
}
