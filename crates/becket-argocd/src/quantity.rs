//! Quantities in the one form in which the API server keeps them: `1000m` is `1`, `1024Mi` is `1Gi`.

/// The canonical form; none where `text` is no quantity.
pub(crate) fn canonical(text: &str) -> Option<String> {
    let (negative, rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let end = rest
        .find(|character: char| !character.is_ascii_digit() && character != '.')
        .unwrap_or(rest.len());
    let (number, suffix) = rest.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') || number.len() > 24 {
        return None;
    }
    let digits: i128 = format!("0{whole}{fraction}").parse().ok()?;
    let places = i32::try_from(fraction.len()).ok()?;
    let (family, value) = match suffix_of(suffix)? {
        Suffix::Binary(power) => (
            Family::Binary,
            scale(digits.checked_mul(1i128.checked_shl(power * 10)?)?, -places)?,
        ),
        Suffix::Decimal(exponent) => (Family::Decimal, scale(digits, exponent - places)?),
        Suffix::Exponent(exponent) => (Family::Exponent, scale(digits, exponent - places)?),
    };
    let sign = if negative && value != 0 { "-" } else { "" };
    Some(format!("{sign}{}", show(family, value)))
}

enum Suffix {
    Binary(u32),
    Decimal(i32),
    Exponent(i32),
}

#[derive(Clone, Copy, PartialEq)]
enum Family {
    Binary,
    Decimal,
    Exponent,
}

fn suffix_of(suffix: &str) -> Option<Suffix> {
    const DECIMAL: [(&str, i32); 10] = [
        ("n", -9),
        ("u", -6),
        ("m", -3),
        ("", 0),
        ("k", 3),
        ("M", 6),
        ("G", 9),
        ("T", 12),
        ("P", 15),
        ("E", 18),
    ];
    const BINARY: [&str; 6] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    if let Some(power) = BINARY.iter().position(|known| *known == suffix) {
        return Some(Suffix::Binary(u32::try_from(power).ok()? + 1));
    }
    if let Some((_, exponent)) = DECIMAL.iter().find(|(known, _)| *known == suffix) {
        return Some(Suffix::Decimal(*exponent));
    }
    let exponent = suffix.strip_prefix(['e', 'E'])?;
    exponent
        .parse()
        .ok()
        .filter(|exponent: &i32| exponent.abs() <= 18)
        .map(Suffix::Exponent)
}

/// A number of nanos: `digits` times ten to the power of `exponent`, rounded up.
fn scale(digits: i128, exponent: i32) -> Option<i128> {
    let exponent = exponent + 9;
    let power = 10i128.checked_pow(exponent.unsigned_abs())?;
    if exponent >= 0 {
        digits.checked_mul(power)
    } else {
        Some((digits + power - 1) / power)
    }
}

const UNIT: i128 = 1_000_000_000;

fn show(family: Family, nanos: i128) -> String {
    if nanos == 0 {
        return "0".to_owned();
    }
    if family == Family::Binary && nanos % UNIT == 0 {
        let mut value = nanos / UNIT;
        let mut suffix = "";
        for next in ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"] {
            if value % 1024 != 0 {
                break;
            }
            value /= 1024;
            suffix = next;
        }
        return format!("{value}{suffix}");
    }
    let (mut value, mut exponent) = (nanos, -9);
    while value % 1000 == 0 && exponent < 18 {
        value /= 1000;
        exponent += 3;
    }
    if family == Family::Exponent {
        return if exponent == 0 {
            value.to_string()
        } else {
            format!("{value}e{exponent}")
        };
    }
    let suffix = match exponent {
        -9 => "n",
        -6 => "u",
        -3 => "m",
        3 => "k",
        6 => "M",
        9 => "G",
        12 => "T",
        15 => "P",
        18 => "E",
        _ => "",
    };
    format!("{value}{suffix}")
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn a_quantity_has_one_form() {
        for (given, wanted) in [
            ("50m", "50m"),
            ("0.5", "500m"),
            ("1000m", "1"),
            ("1024Mi", "1Gi"),
            ("1500Mi", "1500Mi"),
            ("64Mi", "64Mi"),
            ("1000", "1k"),
            ("1500", "1500"),
            ("1.5Gi", "1536Mi"),
            ("0", "0"),
            ("1e3", "1e3"),
            ("-0.5", "-500m"),
            ("1000000k", "1G"),
        ] {
            assert_eq!(canonical(given).as_deref(), Some(wanted), "{given}");
        }
        for nonsense in ["", "m", "1.2.3", "1Mii", "one", "1e", "1e99", "-"] {
            assert_eq!(canonical(nonsense), None, "{nonsense}");
        }
    }
}
