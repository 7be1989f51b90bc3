//! The codes of findings about Argo CD's files.

/// A file or object of Argo CD cannot be read.
pub const UNREADABLE: &str = "BK0351";
/// A part of Argo CD that Becket does not carry out.
pub const UNSUPPORTED: &str = "BK0352";
/// A template of an ApplicationSet fails.
pub const TEMPLATE: &str = "BK0353";
/// Two Applications of one ApplicationSet have one name.
pub const DUPLICATE: &str = "BK0354";
/// A project does not exist or does not permit what an Application asks for.
pub const PROJECT: &str = "BK0355";
/// A generator reads a repository or file that cannot be read.
pub const GENERATOR: &str = "BK0356";
