//! What serves a platform on this machine: the engine, and around it the ingress, PostgreSQL, the console. Everything
//! is started in the order in which one needs the other, and ended in the opposite one.

mod board;
mod console;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use becket_engine::authority::Authority;
use becket_engine::ingress::{HttpRoute, Ingress, LocalHost, RouteTable, Serving, local_host};
use becket_engine::network::Network;
use becket_engine::postgres::{Options, Postgres};
use becket_engine::standin::{Boxed, StandInError, StandIns};
use becket_engine::{Engine, EngineConfig};
use becket_platform::Platform;
use becket_release::Stages;
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::error::{CommandError, chain};
use crate::folder::Folder;

/// How long requests under way may take when the platform is stopped.
const GRACE: Duration = Duration::from_secs(2);

/// The link of a running engine that says which port everything is served at.
pub(crate) const INGRESS: &str = "port";

/// A platform that is served.
pub(crate) struct Host {
    pub engine: Engine,
    serving: Arc<Serving>,
    routing: JoinHandle<()>,
    database: Option<Arc<Postgres>>,
    pub places: Places,
}

/// Where to look.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    /// The console.
    pub console: String,
    /// Services with a host, stage by stage: stage, service, address.
    pub services: Vec<(String, String, String)>,
    /// The authority's certificate.
    pub certificate: PathBuf,
    /// The repository to clone and push to.
    pub repository: PathBuf,
}

impl Places {
    /// Where things are, with the platform served on `port`.
    pub(crate) fn of(folder: &Folder, platform: &Platform, port: u16) -> Self {
        let services = Names::of(platform)
            .local
            .into_values()
            .map(|name| (name.stage, name.unit, format!("https://{}:{port}/", name.host)))
            .collect::<Vec<_>>();
        let order: Vec<String> = platform.environments.keys().map(ToString::to_string).collect();
        let mut services = services;
        services.sort_by_key(|(stage, unit, _)| (order.iter().position(|name| name == stage), unit.clone()));
        Self {
            console: format!("https://{}.localhost:{port}/", platform.name),
            services,
            certificate: folder.state().join("ca").join("ca.crt"),
            repository: folder.state().join("git").join("gitops.git"),
        }
    }
}

/// The hosts of the platform's routes, and their names on this machine.
struct Names {
    domain: String,
    platform: String,
    /// By the host on a cluster.
    local: BTreeMap<String, LocalName>,
}

struct LocalName {
    stage: String,
    unit: String,
    host: String,
}

impl Names {
    fn of(platform: &Platform) -> Self {
        let (domain, name) = (platform.domain.to_string(), platform.name.to_string());
        let last = platform.environments.keys().next_back().map(ToString::to_string);
        let mut local = BTreeMap::new();
        for (unit, service) in &platform.services {
            let Some(host) = service.host.as_ref().map(becket_platform::Host::as_str) else {
                continue;
            };
            for stage in platform.environments.keys().map(ToString::to_string) {
                let on_cluster = if Some(&stage) == last.as_ref() {
                    format!("{host}.{domain}")
                } else {
                    format!("{host}.{stage}.{domain}")
                };
                let here = format!("{host}.{stage}.{name}.localhost");
                local.insert(
                    on_cluster,
                    LocalName {
                        stage,
                        unit: unit.to_string(),
                        host: here,
                    },
                );
            }
        }
        Self {
            domain,
            platform: name,
            local,
        }
    }

    /// The name on this machine of a route's host.
    fn here(&self, host: &str) -> Option<String> {
        match self.local.get(host) {
            Some(name) => Some(name.host.clone()),
            None => local_host(host, &self.domain, &self.platform),
        }
    }
}

/// No database is declared: there are no stand-ins.
struct Nothing;

impl StandIns for Nothing {
    fn secret<'a>(
        &'a self,
        _namespace: &'a str,
        _name: &'a str,
    ) -> Boxed<'a, Result<Option<BTreeMap<String, String>>, StandInError>> {
        Box::pin(async { Ok(None) })
    }

    fn database(&self) -> Option<PathBuf> {
        None
    }
}

impl Host {
    /// Starts to serve what the repositories of `folder` say. `progress` is told of what takes long.
    pub(crate) async fn start(
        folder: &Folder,
        platform: &Platform,
        stages: &Stages,
        port: u16,
        progress: impl Fn(&str) + Send + Sync,
    ) -> Result<Self, CommandError> {
        let state = folder.prepare_state()?;
        becket_pod::raise_open_files();
        let authority = Arc::new(
            Authority::open(&state.join("ca")).map_err(|error| CommandError::machine(chain(&error)))?,
        );
        let ingress = Ingress::bind(port, &authority)
            .await
            .map_err(|error| CommandError::machine(chain(&error)))?;
        let port = ingress.port();
        let declared = platform
            .services
            .values()
            .any(|service| service.database.is_some());
        let database = if declared {
            Some(Arc::new(start_database(&state, progress).await?))
        } else {
            None
        };
        let standins: Arc<dyn StandIns> = match &database {
            Some(database) => Arc::clone(database) as Arc<dyn StandIns>,
            None => Arc::new(Nothing),
        };
        let config = EngineConfig {
            images: state.join("images"),
            folder: state,
            init: becket_pod::Init::Itself,
            standins,
        };
        let engine = Engine::start(config)
            .await
            .map_err(|error| CommandError::machine(chain(&error)))?;
        engine.announce(INGRESS, port.to_string());
        let places = Places::of(folder, platform, port);
        let console = console::Console::new(folder, platform, stages, &engine, &places);
        let local = LocalHost {
            host: format!("{}.localhost", platform.name),
            service: console.service(),
        };
        let serving = Arc::new(ingress.serve(engine.dial(), Some(local)));
        let routing = route(&engine, Arc::clone(&serving), Names::of(platform));
        Ok(Self {
            engine,
            serving,
            routing,
            database,
            places,
        })
    }

    /// Ends everything. Answers when nothing is left.
    pub(crate) async fn stop(self) {
        self.routing.abort();
        drop(self.routing.await);
        if let Some(serving) = Arc::into_inner(self.serving) {
            serving.shutdown(GRACE).await;
        }
        self.engine.shutdown().await;
        if let Some(database) = self.database.and_then(Arc::into_inner) {
            database.stop().await;
        }
    }
}

async fn start_database(
    state: &std::path::Path,
    progress: impl Fn(&str) + Send + Sync,
) -> Result<Postgres, CommandError> {
    let options = Options {
        folder: state.join("postgres"),
        cache: std::env::home_dir().map(|home| home.join(".cache/becket")),
        program: PathBuf::from("/proc/self/exe"),
    };
    Postgres::start(&options, progress)
        .await
        .map_err(|error| CommandError::machine(chain(&error)))
}

/// Keeps the ingress' routes what the engine's network says.
fn route(engine: &Engine, serving: Arc<Serving>, names: Names) -> JoinHandle<()> {
    let mut network = engine.network();
    tokio::spawn(async move {
        loop {
            let table = table(&network.borrow_and_update(), &names);
            serving.route(table);
            if network.changed().await.is_err() {
                return;
            }
        }
    })
}

fn table(network: &Network, names: &Names) -> RouteTable {
    let mut routes = Vec::new();
    for (namespace, of) in &network.namespaces {
        for route in &of.routes {
            let name = route
                .pointer("/metadata/name")
                .and_then(Value::as_str)
                .unwrap_or_default();
            if let Some(spec) = route.get("spec") {
                routes.push(HttpRoute {
                    namespace,
                    name,
                    spec,
                });
            }
        }
    }
    RouteTable::build(&routes, &|host| names.here(host)).0
}
