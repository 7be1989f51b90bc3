//! The order of keys: letters after what is no letter, digits by the number that they make, so that `a2` is before `a10`.

use std::cmp::Ordering;
use std::sync::LazyLock;

use regex::Regex;

/// Compares two keys as go-yaml sorts them.
pub(super) fn compare(left: &str, right: &str) -> Ordering {
    if left.bytes().all(|byte| byte.is_ascii_alphabetic())
        && right.bytes().all(|byte| byte.is_ascii_alphabetic())
    {
        return left.cmp(right);
    }
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    for at in 0..left.len().min(right.len()) {
        let (a, b) = (left[at], right[at]);
        if a != b {
            return differ(&left, &right, at);
        }
    }
    left.len().cmp(&right.len())
}

/// The order of two keys that are the same up to `at` and differ there.
fn differ(left: &[char], right: &[char], at: usize) -> Ordering {
    let (a, b) = (left[at], right[at]);
    match (is_letter(a), is_letter(b)) {
        (true, true) => return a.cmp(&b),
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    // Zeros behind a digit other than zero belong to its number.
    let within_number = (a == '0' || b == '0')
        && left[..at]
            .iter()
            .rev()
            .take_while(|digit| is_digit(**digit))
            .any(|digit| *digit != '0');
    let start = i64::from(within_number);
    let (a_number, a_end) = number(left, at, start);
    let (b_number, b_end) = number(right, at, start);
    a_number.cmp(&b_number).then(a_end.cmp(&b_end)).then(a.cmp(&b))
}

static LETTER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\A\p{L}").ok());
static DIGIT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\A\p{Nd}").ok());

/// Whether a character is in one of Unicode's categories of letters.
fn is_letter(character: char) -> bool {
    character.is_ascii_alphabetic() || !character.is_ascii() && matches(LETTER.as_ref(), character)
}

fn is_digit(character: char) -> bool {
    character.is_ascii_digit() || !character.is_ascii() && matches(DIGIT.as_ref(), character)
}

fn matches(regex: Option<&Regex>, character: char) -> bool {
    regex.is_some_and(|regex| regex.is_match(character.encode_utf8(&mut [0; 4])))
}

fn number(key: &[char], at: usize, start: i64) -> (i64, usize) {
    let mut number = start;
    let mut end = at;
    while let Some(digit) = key.get(end).filter(|digit| is_digit(**digit)) {
        number = number
            .wrapping_mul(10)
            .wrapping_add(i64::from(u32::from(*digit)) - i64::from(u32::from('0')));
        end += 1;
    }
    (number, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_sort_by_their_number_and_letters_last() {
        let mut keys = [
            "b", "a10", "a2", "a", "_x", "A", "a-b", "a.b", "a01", "10", "9", "é",
        ];
        keys.sort_by(|a, b| compare(a, b));
        assert_eq!(
            keys,
            [
                "_x", "9", "10", "A", "a", "a-b", "a.b", "a01", "a2", "a10", "b", "é"
            ]
        );
    }
}
