//! The running engine: the loop around the world, and what it is connected to.
//!
//! Events come from the repositories and the pods; actions go to the pods. The loop sleeps until something happens or
//! is due. It decides nothing itself.

use std::collections::BTreeMap;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use becket_pod::Init;
use becket_pod::store::Store;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::control::{self, AskForObjects, Sources};
use crate::error::EngineError;
use crate::ingress::Dial;
use crate::lock::Lock;
use crate::memory;
use crate::network::Network;
use crate::pod::HURRY;
use crate::repositories::{Heads, Repositories};
use crate::runtime::{FromIngress, Runtime, Settings};
use crate::standin::StandIns;
use crate::status::Board;
use crate::world::{Action, Event, World};

/// How soon repositories that could not be read are read again.
const AGAIN: Duration = Duration::from_secs(1);

/// What the engine is started with.
#[derive(Clone)]
pub struct EngineConfig {
    /// The platform's `.becket` folder: `git/iac.git` and `git/gitops.git` in it are run; `run` and `logs` are written.
    pub folder: PathBuf,
    /// The image store.
    pub images: PathBuf,
    /// What becomes the pods' own processes.
    pub init: Init,
    /// What makes Secrets that are not in Git.
    pub standins: Arc<dyn StandIns>,
}

/// What was waited for did not come in time.
#[derive(Debug, thiserror::Error)]
#[error("not healthy within {} s:\n  {}", waited.as_secs(), complaints.join("\n  "))]
pub struct NotHealthy {
    /// How long it was waited.
    pub waited: Duration,
    /// What is not well, one line each.
    pub complaints: Vec<String>,
}

/// A running engine.
pub struct Engine {
    events: mpsc::UnboundedSender<Event>,
    board: watch::Receiver<Arc<Board>>,
    network: watch::Receiver<Arc<Network>>,
    runtime: Arc<Runtime>,
    links: watch::Sender<BTreeMap<String, String>>,
    stop: watch::Receiver<bool>,
    stopped: JoinHandle<()>,
    answering: JoinHandle<()>,
    socket: PathBuf,
    watching: JoinHandle<()>,
    following: JoinHandle<()>,
    _lock: Lock,
}

impl Engine {
    /// Starts. Answers when the repositories are watched; what runs is told by [`Self::board`].
    pub async fn start(config: EngineConfig) -> Result<Self, EngineError> {
        let run = config.folder.join("run");
        let io = |doing: &'static str, path: &PathBuf| {
            let path = path.clone();
            move |source| EngineError::Io { doing, path, source }
        };
        std::fs::create_dir_all(&run).map_err(io("make", &run))?;
        std::fs::set_permissions(&run, Permissions::from_mode(0o700)).map_err(io("shut", &run))?;
        let lock = Lock::take(&run.join("engine.lock"))?;
        let init = config.init.clone();
        let preflight = tokio::task::spawn_blocking(move || becket_pod::preflight(&init)).await;
        if let Ok(allowed) = preflight {
            allowed?;
        }
        let store = Store::open(&config.images)?;
        let hooks = memory::load(&run);
        let kept = run.join(memory::PROTECTED);
        let protected = memory::load_protected(&run).map_err(io("read", &kept))?;
        let repositories = Repositories::open(&config.folder.join("git"))?.keeping(protected.clone());

        let (events, inbox) = mpsc::unbounded_channel();
        let (tell_board, board) = watch::channel(Arc::new(Board::default()));
        let (tell_network, network) = watch::channel(Arc::new(Network::default()));
        let (links, seen_links) = watch::channel(BTreeMap::new());
        let (ask_to_stop, stop) = watch::channel(false);
        let listener =
            control::bind(&config.folder).map_err(io("listen on", &control::socket(&config.folder)))?;
        let (objects, asked) = mpsc::unbounded_channel();
        let sources = Sources {
            objects,
            board: board.clone(),
            links: seen_links,
            stop: ask_to_stop,
        };
        let settings = Settings {
            store,
            logs: config.folder.join("logs"),
            init: config.init,
        };
        let standins = Arc::clone(&config.standins);
        let runtime = Arc::new(Runtime::new(settings, standins, events.clone(), network.clone()));
        let watching = watch_repositories(repositories, events.clone())?;
        let news = (Arc::new(Network::default()), Arc::new(Board::default()));
        let (tell_news, news) = watch::channel(news);
        let following = tokio::spawn(follow(Arc::clone(&runtime), news, tell_board));
        let turning = Loop {
            world: World::new(hooks)
                .protecting(protected)
                .numbering_from(microseconds()),
            begun: Instant::now(),
            inbox,
            asked,
            events: events.clone(),
            news: tell_news,
            network: tell_network,
            runtime: Arc::clone(&runtime),
            standins: config.standins,
            run,
        };
        Ok(Self {
            events,
            board,
            network,
            runtime,
            links,
            stop,
            stopped: tokio::spawn(turning.turn()),
            answering: tokio::spawn(control::serve(listener, sources)),
            socket: control::socket(&config.folder),
            watching,
            following,
            _lock: lock,
        })
    }

    /// How everything stands; changes wake whoever waits.
    pub fn board(&self) -> watch::Receiver<Arc<Board>> {
        self.board.clone()
    }

    /// Who can be reached; what routes there are is in it, too.
    pub fn network(&self) -> watch::Receiver<Arc<Network>> {
        self.network.clone()
    }

    /// How the ingress reaches Services.
    pub fn dial(&self) -> Arc<dyn Dial> {
        Arc::new(FromIngress(Arc::clone(&self.runtime)))
    }

    /// Where else to look, for those who ask for the status: `console`, `git`, `ingress`.
    pub fn announce(&self, what: impl Into<String>, place: impl Into<String>) {
        let (what, place) = (what.into(), place.into());
        self.links.send_modify(|links| {
            links.insert(what, place);
        });
    }

    /// Answers when another process asks for everything to stop.
    pub async fn asked_to_stop(&self) {
        // An error means that nobody can ask any more.
        if self.stop.clone().wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Tells the engine something as if it had happened: for tests of healing.
    #[doc(hidden)]
    pub fn tell(&self, event: Event) {
        let _ = self.events.send(event);
    }

    /// Waits until everything is synced and healthy.
    pub async fn until_healthy(&self, timeout: Duration) -> Result<Arc<Board>, NotHealthy> {
        let mut board = self.board();
        let waiting = board.wait_for(|board| board.is_healthy());
        match tokio::time::timeout(timeout, waiting).await {
            Ok(Ok(board)) => Ok(Arc::clone(&board)),
            _ => Err(NotHealthy {
                waited: timeout,
                complaints: self.board.borrow().complaints(),
            }),
        }
    }

    /// Stops all pods, each with its grace, side by side. Answers when nothing is left of them.
    pub async fn shutdown(self) {
        self.watching.abort();
        let _ = self.events.send(Event::Stop);
        // What was already being stopped has its own grace, for which nobody waits any more.
        let mut stopped = self.stopped;
        if tokio::time::timeout(HURRY + Duration::from_secs(1), &mut stopped)
            .await
            .is_err()
        {
            stopped.abort();
            let _ = stopped.await;
        }
        self.following.abort();
        let _ = self.following.await;
        self.runtime.end().await;
        self.answering.abort();
        let _ = std::fs::remove_file(&self.socket);
    }
}

/// What no other start of the engine has.
fn microseconds() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| u64::try_from(since.as_micros()).unwrap_or(0))
}

/// The loop around the world.
struct Loop {
    world: World,
    begun: Instant,
    inbox: mpsc::UnboundedReceiver<Event>,
    asked: mpsc::UnboundedReceiver<AskForObjects>,
    events: mpsc::UnboundedSender<Event>,
    news: watch::Sender<News>,
    network: watch::Sender<Arc<Network>>,
    runtime: Arc<Runtime>,
    standins: Arc<dyn StandIns>,
    run: PathBuf,
}

impl Loop {
    async fn turn(mut self) {
        let mut batch = Vec::new();
        loop {
            let due = self.world.due().map(|due| self.begun + due);
            tokio::select! {
                count = self.inbox.recv_many(&mut batch, 256) => {
                    if count == 0 {
                        return;
                    }
                }
                Some(asker) = self.asked.recv() => {
                    // Whoever asked and left wants no answer.
                    let _ = asker.send(self.world.objects());
                    continue;
                }
                () = sleep_until(due) => {}
            }
            let actions = self.world.handle(batch.drain(..), self.begun.elapsed());
            // Before anything is stopped, nobody is sent there any more.
            self.publish();
            for action in actions {
                self.act(action);
            }
            if self.world.is_stopped() {
                return;
            }
        }
    }

    fn publish(&self) {
        let moved = self.network.borrow().as_ref() != self.world.network();
        if moved {
            self.network.send_replace(Arc::new(self.world.network().clone()));
        }
        let told = Arc::clone(&self.news.borrow().1);
        let changed = told.version != self.world.board_version();
        if moved || changed {
            let network = Arc::clone(&*self.network.borrow());
            let board = if changed {
                Arc::new(self.world.board())
            } else {
                told
            };
            self.news.send_replace((network, board));
        }
    }

    fn act(&self, action: Action) {
        match action {
            Action::Pod(pod, action) => self.runtime.act(pod, action),
            Action::Remove(pod) => self.runtime.remove(&pod),
            Action::StandIn { namespace, name } => {
                let (standins, events) = (Arc::clone(&self.standins), self.events.clone());
                tokio::spawn(async move {
                    let outcome = standins.secret(&namespace, &name).await;
                    let outcome = outcome.map_err(|error| error.to_string());
                    let _ = events.send(Event::StandIn {
                        namespace,
                        name,
                        outcome,
                    });
                });
            }
            Action::Remember(hooks) => {
                // What could not be kept is done again after the next start, which hooks have to bear anyway.
                let _ = memory::save(&self.run, &hooks);
            }
            Action::Protect(protected) => {
                // The next sync of a protected Application tries again.
                let _ = memory::save_protected(&self.run, &protected);
            }
        }
    }
}

async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

/// Reads the repositories at each new head, one reading after the other.
fn watch_repositories(
    mut repositories: Repositories,
    events: mpsc::UnboundedSender<Event>,
) -> Result<JoinHandle<()>, EngineError> {
    let (iac, gitops) = repositories.watch()?;
    Ok(tokio::spawn(async move {
        let (mut of_iac, mut of_gitops) = (iac.heads(), gitops.heads());
        loop {
            let heads = Heads {
                iac: *of_iac.borrow_and_update(),
                gitops: *of_gitops.borrow_and_update(),
            };
            let (events, failed) = (events.clone(), events.clone());
            let reading = tokio::task::spawn_blocking(move || {
                let read = repositories.read(heads, &|event| {
                    let _ = events.send(event);
                });
                (repositories, read)
            });
            let again = match reading.await {
                Ok((back, true)) => {
                    repositories = back;
                    None
                }
                Ok((back, false)) => {
                    repositories = back;
                    Some(Instant::now() + AGAIN)
                }
                Err(error) => {
                    let why = format!("reading the repositories failed: {error}");
                    let _ = failed.send(Event::Unreadable(Some(why)));
                    return;
                }
            };
            let changed = tokio::select! {
                changed = of_iac.changed() => changed,
                changed = of_gitops.changed() => changed,
                () = sleep_until(again) => Ok(()),
            };
            if changed.is_err() {
                return;
            }
        }
    }))
}

/// The network and the board of one moment.
type News = (Arc<Network>, Arc<Board>);

/// Lets pods follow the network, and tells how everything stands once they have: who reads that a Service's pods are
/// ready can reach them.
async fn follow(runtime: Arc<Runtime>, mut news: watch::Receiver<News>, board: watch::Sender<Arc<Board>>) {
    let mut followed = Arc::new(Network::default());
    while news.changed().await.is_ok() {
        let (network, latest) = news.borrow_and_update().clone();
        if !Arc::ptr_eq(&network, &followed) {
            runtime.follow(&network).await;
            followed = network;
        }
        board.send_if_modified(|told| {
            let changed = !Arc::ptr_eq(told, &latest);
            *told = latest;
            changed
        });
    }
}
