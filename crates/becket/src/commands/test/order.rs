//! Work on roots in the order of their facts, or the other way round, several at a time.

use std::collections::BTreeSet;

use futures_util::stream::{FuturesUnordered, StreamExt};

use super::roots::Root;
use crate::error::CommandError;

/// Which roots come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Each behind those it needs; what needs one that failed is left out.
    Forwards,
    /// Each before those it needs, whatever became of the others.
    Backwards,
}

/// Has `work` done on each root, `jobs` at a time; it says whether it succeeded. Returns the roots that were left out.
pub(super) async fn in_order<'r>(
    roots: &'r [Root],
    order: Order,
    jobs: usize,
    work: impl AsyncFn(&'r Root) -> Result<bool, CommandError>,
) -> Result<Vec<&'r Root>, CommandError> {
    let mut waiting: Vec<&Root> = roots.iter().collect();
    if order == Order::Backwards {
        waiting.reverse();
    }
    let mut over: BTreeSet<&str> = BTreeSet::new();
    let mut running = FuturesUnordered::new();
    loop {
        while running.len() < jobs {
            let is_ready = |root: &&Root| match order {
                Order::Forwards => root.needs().all(|need| over.contains(need)),
                Order::Backwards => {
                    let mut users = roots
                        .iter()
                        .filter(|user| user.needs().any(|need| need == root.path));
                    users.all(|user| over.contains(user.path.as_str()))
                }
            };
            let Some(index) = waiting.iter().position(is_ready) else {
                break;
            };
            let root = waiting.remove(index);
            let work = &work;
            running.push(async move { (root, work(root).await) });
        }
        let Some((root, done)) = running.next().await else {
            break;
        };
        if done? || order == Order::Backwards {
            over.insert(&root.path);
        }
    }
    Ok(waiting)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::test::roots::Fact;
    use std::cell::RefCell;

    fn root(path: &str, needs: &[&str]) -> Root {
        let fact = |need: &&str| Fact {
            path: vec!["x".to_owned()],
            root: (*need).to_owned(),
            output: "x".to_owned(),
        };
        Root {
            path: path.to_owned(),
            facts: needs.iter().map(fact).collect(),
            left_out: None,
        }
    }

    /// The order in which roots come, those that fail with a `!`; and those left out.
    fn run(order: Order, fails: &str) -> (String, String) {
        let roots = [
            root("a", &[]),
            root("b", &["a"]),
            root("c", &[]),
            root("d", &["b", "c"]),
        ];
        let seen = RefCell::new(Vec::new());
        let running = in_order(&roots, order, 1, async |root: &Root| {
            seen.borrow_mut().push(root.path.clone());
            Ok(root.path != fails)
        });
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let left: Vec<_> = runtime
            .block_on(running)
            .unwrap()
            .iter()
            .map(|root| root.path.clone())
            .collect();
        (seen.into_inner().concat(), left.concat())
    }

    #[test]
    fn a_root_comes_behind_those_it_needs_or_before_them() {
        assert_eq!(run(Order::Forwards, ""), ("abcd".to_owned(), String::new()));
        assert_eq!(run(Order::Backwards, ""), ("dcba".to_owned(), String::new()));
    }

    #[test]
    fn what_needs_a_root_that_failed_is_left_out_and_everything_is_destroyed() {
        assert_eq!(run(Order::Forwards, "a"), ("ac".to_owned(), "bd".to_owned()));
        assert_eq!(run(Order::Backwards, "d"), ("dcba".to_owned(), String::new()));
    }
}
