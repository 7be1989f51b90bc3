//! The story of some paths: the commits that changed them.

use becket_source::Change;

use crate::commit::{Author, Time};
use crate::error::Error;
use crate::id::{CommitId, ObjectId};
use crate::repository::Repository;
use crate::tree;

/// A commit that changed what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitInfo {
    /// Its id.
    pub id: CommitId,
    /// The commit it was made on; of a merge, the first.
    pub parent: Option<CommitId>,
    /// When it was authored.
    pub time: Time,
    /// Who authored it.
    pub author: Author,
    /// Subject, body and trailers.
    pub message: String,
    /// The trailers of the message, in order.
    pub trailers: Vec<(String, String)>,
    /// What happened to which file, among those asked for.
    pub changes: Vec<(String, Change)>,
    /// The ids of the paths asked for, in the order of asking, as this commit left them.
    pub ids: Vec<Option<ObjectId>>,
}

impl Repository {
    /// The commits up to `main` that changed any of `paths` (files or folders; all commits where none is given),
    /// newest first, at most `limit`. A merge is told only when it differs from each of its parents.
    pub fn log(&self, paths: &[&str], limit: usize) -> Result<Vec<CommitInfo>, Error> {
        let Some(head) = self.head()? else {
            return Ok(Vec::new());
        };
        let git = self.git();
        self.walk(&git, head, paths, limit)
            .map_err(|error| self.error("read the history", &error))
    }

    fn walk(
        &self,
        git: &git2::Repository,
        head: CommitId,
        paths: &[&str],
        limit: usize,
    ) -> Result<Vec<CommitInfo>, git2::Error> {
        let mut walk = git.revwalk()?;
        walk.set_sorting(git2::Sort::TOPOLOGICAL | git2::Sort::TIME)?;
        walk.push(head.0)?;
        let mut story = Vec::new();
        for id in walk {
            if story.len() >= limit {
                break;
            }
            let commit = git.find_commit(id?)?;
            let ids = ids(git, commit.tree_id(), paths)?;
            let mut differs = true;
            for parent in commit.parents() {
                let same = if paths.is_empty() {
                    parent.tree_id() == commit.tree_id()
                } else {
                    self::ids(git, parent.tree_id(), paths)? == ids
                };
                differs &= !same;
            }
            if commit.parent_count() == 0 && !paths.is_empty() {
                differs = ids.iter().any(Option::is_some);
            }
            if differs {
                story.push(self.told(git, &commit, paths, ids)?);
            }
        }
        Ok(story)
    }

    #[expect(clippy::unused_self, reason = "reads as part of the walk")]
    fn told(
        &self,
        git: &git2::Repository,
        commit: &git2::Commit<'_>,
        paths: &[&str],
        ids: Vec<Option<ObjectId>>,
    ) -> Result<CommitInfo, git2::Error> {
        let parent = commit.parents().next();
        let before = parent.as_ref().map(git2::Commit::tree).transpose()?;
        let changes = tree::changes(git, before.as_ref(), Some(&commit.tree()?), paths)?;
        let message = String::from_utf8_lossy(commit.message_bytes()).into_owned();
        let trailers = git2::message_trailers_strs(&message)
            .map(|trailers| {
                trailers
                    .iter()
                    .map(|(key, value)| (key.to_owned(), value.to_owned()))
                    .collect()
            })
            .unwrap_or_default();
        let author = commit.author();
        Ok(CommitInfo {
            id: CommitId(commit.id()),
            parent: parent.map(|parent| CommitId(parent.id())),
            time: Time {
                seconds: author.when().seconds(),
                offset: author.when().offset_minutes(),
            },
            author: Author {
                name: String::from_utf8_lossy(author.name_bytes()).into_owned(),
                email: String::from_utf8_lossy(author.email_bytes()).into_owned(),
            },
            message,
            trailers,
            changes,
            ids,
        })
    }
}

fn ids(
    git: &git2::Repository,
    root: git2::Oid,
    paths: &[&str],
) -> Result<Vec<Option<ObjectId>>, git2::Error> {
    paths
        .iter()
        .map(|path| Ok(tree::id_at(git, root, path)?.map(ObjectId)))
        .collect()
}
