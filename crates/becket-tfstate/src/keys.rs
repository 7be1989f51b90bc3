//! The keys that states are sealed with: how they are written in a file, and which of them is for what. It reads no file.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use sha2::{Digest, Sha256};

/// How many bytes a key has.
const LENGTH: usize = 32;

/// Which key something is sealed with: the begin of a digest of the key.
pub(crate) type KeyId = [u8; 8];

/// What is wrong with a list of keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// There has to be one to seal with.
    #[error("there is no key; make one with `openssl rand -base64 32`")]
    Empty,
    /// A line that is no key. The line itself is not said: it may be nearly one.
    #[error("line {0} is no key: it has to be 32 bytes as base64, as `openssl rand -base64 32` prints them")]
    NotAKey(usize),
    /// The machine gives no random numbers.
    #[error("the machine gives no random numbers")]
    Random,
}

/// Keys: the first seals, all of them open.
pub struct Keyring {
    keys: Vec<(KeyId, LessSafeKey)>,
}

impl Keyring {
    /// Reads a list of keys, one a line; empty lines and what begins with `#` are left out.
    pub fn read(text: &str) -> Result<Self, KeyError> {
        let mut keys = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = KeyError::NotAKey(index + 1);
            let bytes = STANDARD.decode(line).map_err(|_| wrong.clone())?;
            if bytes.len() != LENGTH {
                return Err(wrong);
            }
            let key = UnboundKey::new(&AES_256_GCM, &bytes).map_err(|_| wrong)?;
            keys.push((id(&bytes), LessSafeKey::new(key)));
        }
        if keys.is_empty() {
            return Err(KeyError::Empty);
        }
        Ok(Self { keys })
    }

    /// A new key, as a line for [`Keyring::read`].
    pub fn new_key() -> Result<String, KeyError> {
        let mut key = [0; LENGTH];
        SystemRandom::new().fill(&mut key).map_err(|_| KeyError::Random)?;
        Ok(STANDARD.encode(key))
    }

    /// The key that seals.
    pub(crate) fn current(&self) -> Option<&(KeyId, LessSafeKey)> {
        self.keys.first()
    }

    /// The key of this id.
    pub(crate) fn find(&self, wanted: KeyId) -> Option<&LessSafeKey> {
        self.keys
            .iter()
            .find_map(|(id, key)| (*id == wanted).then_some(key))
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} keys", self.keys.len())
    }
}

/// As people compare them.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn id(key: &[u8]) -> KeyId {
    let digest = Sha256::new()
        .chain_update(b"becket state key")
        .chain_update(key)
        .finalize();
    let mut id = KeyId::default();
    id.copy_from_slice(&digest[..8]);
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_the_current_key_first() {
        let (old, new) = (Keyring::new_key().unwrap(), Keyring::new_key().unwrap());
        let before = Keyring::read(&old).unwrap();
        let ring = Keyring::read(&format!("# of 2026\n{new}\n\n{old}\n")).unwrap();
        assert_eq!(ring.keys.len(), 2);
        assert_ne!(ring.current().unwrap().0, before.current().unwrap().0);
        assert!(ring.find(before.current().unwrap().0).is_some());
    }

    #[test]
    fn what_is_no_key_is_named_by_its_line_and_not_shown() {
        assert_eq!(Keyring::read("# none\n").unwrap_err(), KeyError::Empty);
        let error = Keyring::read("\nc2VjcmV0\n").unwrap_err();
        assert_eq!(error, KeyError::NotAKey(2));
        assert!(!error.to_string().contains("c2VjcmV0"));
    }
}
