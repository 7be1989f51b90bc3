//! The story of some paths: the commits that changed them.

use std::collections::BTreeMap;

use becket_source::Change;

use crate::commit::{Author, Time};
use crate::error::Error;
use crate::id::{CommitId, ObjectId};
use crate::read;
use crate::repository::Repository;

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
        let story = Story {
            git: &git,
            paths,
            known: BTreeMap::new(),
        };
        story
            .tell(head, limit)
            .map_err(|error| self.error("read the history", &error))
    }
}

struct Story<'a> {
    git: &'a git2::Repository,
    paths: &'a [&'a str],
    /// What the paths held, by root folder: each is asked for as a commit's and as its child's parent's.
    known: BTreeMap<git2::Oid, Vec<Option<ObjectId>>>,
}

impl Story<'_> {
    fn tell(mut self, head: CommitId, limit: usize) -> Result<Vec<CommitInfo>, git2::Error> {
        let mut walk = self.git.revwalk()?;
        walk.set_sorting(git2::Sort::TOPOLOGICAL | git2::Sort::TIME)?;
        walk.push(head.0)?;
        let mut story = Vec::new();
        for id in walk {
            if story.len() >= limit {
                break;
            }
            let commit = self.git.find_commit(id?)?;
            let ids = self.ids(commit.tree_id())?;
            let differs = if commit.parent_count() == 0 {
                self.paths.is_empty() || ids.iter().any(Option::is_some)
            } else {
                self.differs_from_each_parent(&commit, &ids)?
            };
            if differs {
                story.push(self.told(&commit, ids)?);
            }
        }
        Ok(story)
    }

    fn differs_from_each_parent(
        &mut self,
        commit: &git2::Commit<'_>,
        ids: &[Option<ObjectId>],
    ) -> Result<bool, git2::Error> {
        for parent in commit.parents() {
            let tree = parent.tree_id();
            let same = tree == commit.tree_id() || (!self.paths.is_empty() && self.ids(tree)? == ids);
            if same {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What the paths held in a root folder.
    fn ids(&mut self, root: git2::Oid) -> Result<Vec<Option<ObjectId>>, git2::Error> {
        if let Some(ids) = self.known.get(&root) {
            return Ok(ids.clone());
        }
        let mut ids = Vec::with_capacity(self.paths.len());
        for path in self.paths {
            ids.push(read::entry_at(self.git, root, path)?.map(|(id, _)| ObjectId(id)));
        }
        self.known.insert(root, ids.clone());
        Ok(ids)
    }

    fn told(&self, commit: &git2::Commit<'_>, ids: Vec<Option<ObjectId>>) -> Result<CommitInfo, git2::Error> {
        let parent = commit.parents().next();
        let before = parent.as_ref().map(git2::Commit::tree).transpose()?;
        let changes = read::changes(self.git, before.as_ref(), Some(&commit.tree()?), self.paths)?;
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
