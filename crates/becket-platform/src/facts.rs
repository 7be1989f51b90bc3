//! Dated facts: what was true of the tools when it was seen, with its source. The data lie in `facts/`, one table a topic.

use jiff::civil::Date;

/// A Kubernetes version of EKS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KubernetesVersion {
    pub(crate) version: &'static str,
    /// The last day of standard support.
    pub(crate) ends: Date,
    /// When it was seen.
    pub(crate) seen: &'static str,
    pub(crate) source: &'static str,
}

const KUBERNETES: &str = include_str!("facts/kubernetes.csv");

/// The versions that are known, newest first.
pub(crate) fn kubernetes_versions() -> Vec<KubernetesVersion> {
    KUBERNETES
        .lines()
        .skip(1)
        .filter_map(kubernetes_version)
        .collect()
}

fn kubernetes_version(line: &'static str) -> Option<KubernetesVersion> {
    let mut fields = line.splitn(4, ',');
    Some(KubernetesVersion {
        version: fields.next()?,
        ends: fields.next()?.parse().ok()?,
        seen: fields.next()?,
        source: fields.next()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_fact_and_the_newest_stands_first() {
        let versions = kubernetes_versions();
        assert_eq!(versions.len(), KUBERNETES.lines().count() - 1);
        assert!(versions.is_sorted_by(|one, next| one.ends > next.ends));
        assert!(
            versions
                .iter()
                .all(|version| version.seen.parse::<Date>().is_ok())
        );
    }
}
