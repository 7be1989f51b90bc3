//! The platform's local certificate authority: HTTPS on one machine without warnings, once its certificate is trusted.
//!
//! The authority lives in two files, `ca.crt` and `ca.key`; certificates of hosts are made when a browser asks for
//! them and are kept in memory only. It can vouch for `localhost` and names below it, and for nothing else. It does
//! not touch the machine's or a browser's trust store.

mod certificate;
mod store;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{Issuer, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, version};
use time::OffsetDateTime;

/// How many certificates of hosts are kept; asking for ever new names must not fill the memory.
const LEAVES: usize = 256;

/// Why there is no certificate authority, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// A file of the authority cannot be read or written.
    #[error("cannot {doing} `{}`: {source}\nmake the folder writable for this user, or remove it to get a new local certificate authority", path.display())]
    File {
        /// What was being done to the file.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A certificate could not be made.
    #[error("cannot make a certificate for `{host}`: {reason}")]
    Certificate {
        /// Whom the certificate is for.
        host: String,
        /// What the library said.
        reason: String,
    },
}

/// Where the authority in use comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It was there and is valid.
    Kept,
    /// There was none.
    New,
    /// There was one that could not be used any more, for this reason: who trusted it has to trust the new one.
    Replaced(String),
}

/// A certificate authority for the names below `localhost`.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
    path: PathBuf,
    origin: Origin,
    leaves: Mutex<BTreeMap<String, Leaf>>,
}

/// A host's certificate and the moment from which a new one is made.
struct Leaf {
    key: Arc<CertifiedKey>,
    renew: OffsetDateTime,
}

impl Authority {
    /// The authority in `folder` (`<platform>/.becket/ca`); made when there is none, and made anew when it is damaged
    /// or near its end, which [`Authority::origin`] tells.
    pub fn open(folder: &Path) -> Result<Self, AuthorityError> {
        Self::open_at(folder, OffsetDateTime::now_utc())
    }

    fn open_at(folder: &Path, now: OffsetDateTime) -> Result<Self, AuthorityError> {
        let path = folder.join(store::CERTIFICATE);
        let (pair, origin) = match store::load(folder)? {
            store::Loaded::Missing => (store::create(folder, now)?, Origin::New),
            store::Loaded::Damaged(reason) => (store::create(folder, now)?, Origin::Replaced(reason)),
            store::Loaded::Pair(pair) if pair.not_after - now < certificate::CA_RENEWAL => {
                let reason = format!("it ends on {}", pair.not_after.date());
                (store::create(folder, now)?, Origin::Replaced(reason))
            }
            store::Loaded::Pair(pair) => (*pair, Origin::Kept),
        };
        let issuer = Issuer::new(certificate::authority(&pair.key, now), pair.key);
        Ok(Self {
            issuer,
            certificate: pair.certificate,
            path,
            origin,
            leaves: Mutex::default(),
        })
    }

    /// Whether this authority was there before.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The certificate that a user can trust, as PEM.
    pub fn certificate_path(&self) -> &Path {
        &self.path
    }

    /// The certificate that clients have to trust.
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// How a user makes curl, the machine and browsers trust this authority, for a page at `url`.
    pub fn trust_hint(&self, url: &str) -> String {
        let path = self.path.display();
        format!(
            "the certificate of the local authority is {path}\n\
             with curl:    curl --cacert {path} {url}\n\
             in a browser: import it under certificate authorities; it can only vouch for names below localhost\n\
             everywhere:   sudo cp {path} /usr/local/share/ca-certificates/becket.crt && sudo update-ca-certificates"
        )
    }

    /// What a TLS server presents for `host`: `localhost`, a name below it, or a loopback address; `None` for any
    /// other name, because nobody would believe it.
    pub fn leaf(&self, host: &str) -> Result<Option<Arc<CertifiedKey>>, AuthorityError> {
        self.leaf_at(host, OffsetDateTime::now_utc())
    }

    fn leaf_at(&self, host: &str, now: OffsetDateTime) -> Result<Option<Arc<CertifiedKey>>, AuthorityError> {
        let host = host.to_ascii_lowercase();
        if !is_local(&host) {
            return Ok(None);
        }
        let mut leaves = self.leaves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(leaf) = leaves.get(&host).filter(|leaf| now < leaf.renew) {
            return Ok(Some(Arc::clone(&leaf.key)));
        }
        let leaf = self.make(&host, now)?;
        let key = Arc::clone(&leaf.key);
        if leaves.len() >= LEAVES {
            leaves.clear();
        }
        leaves.insert(host, leaf);
        Ok(Some(key))
    }

    fn make(&self, host: &str, now: OffsetDateTime) -> Result<Leaf, AuthorityError> {
        let failed = |reason: String| AuthorityError::Certificate {
            host: host.to_owned(),
            reason,
        };
        let key = certificate::new_key().map_err(|error| failed(error.to_string()))?;
        let params = certificate::leaf(host, now).map_err(|error| failed(error.to_string()))?;
        let renew = now + certificate::LEAF_LIFE / 2;
        let made = params
            .signed_by(&key, &self.issuer)
            .map_err(|error| failed(error.to_string()))?;
        let der = PrivateKeyDer::try_from(key.serialize_der()).map_err(|error| failed(error.to_owned()))?;
        let signing = ring::sign::any_ecdsa_type(&der).map_err(|error| failed(error.to_string()))?;
        let chain = vec![made.der().clone(), self.certificate.clone()];
        Ok(Leaf {
            key: Arc::new(CertifiedKey::new(chain, signing)),
            renew,
        })
    }

    /// The TLS side of an HTTPS server that presents a certificate of this authority for each name asked for, and
    /// speaks HTTP/2 and HTTP/1.1.
    pub fn server_config(self: &Arc<Self>) -> Result<ServerConfig, AuthorityError> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])
            .map_err(|error| AuthorityError::Certificate {
                host: "localhost".to_owned(),
                reason: error.to_string(),
            })?
            .with_no_client_auth()
            .with_cert_resolver(Arc::<Self>::clone(self));
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority")
            .field("path", &self.path)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

impl ResolvesServerCert for Authority {
    /// Without a name in the greeting the client goes by address, which only loopback can be.
    fn resolve(&self, client_hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.leaf(client_hello.server_name().unwrap_or("127.0.0.1"))
            .ok()
            .flatten()
    }
}

fn is_local(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests;
