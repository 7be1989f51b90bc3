//! How a version lies on the disk: sealed with AES-256-GCM, bound to its state's name and its number.
//!
//! ```text
//! magic, id of the key, nonce, data key sealed with that key     fixed length: renewed alone when keys change
//! length, facts sealed with the data key                         read without the rest
//! content sealed with the data key, 64 KiB at a time             opened piece by piece
//! ```
//!
//! A data key is used for one file, so its nonces count: 0 for the facts, then one a piece. The last piece says that it
//! is the last, so that a file that was cut is not taken for a shorter one.

use std::io::{self, Read, Write};

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};

use crate::keys::{KeyId, Keyring, hex};

const MAGIC: &[u8; 8] = b"BKTSTV1\n";
const TAG: usize = 16;
const DATA_KEY: usize = 32;
const PIECE: usize = 64 << 10;
/// What stands before the length of the facts.
const ENVELOPE: usize = 8 + 8 + NONCE_LEN + DATA_KEY + TAG;
/// Facts are small; a longer length is a file that is not ours.
const MOST_FACTS: usize = 1 << 20;

/// Why something cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The key is not among those that were given.
    #[error("it is sealed with key {}, which is not among the keys that were given", hex(.0))]
    UnknownKey([u8; 8]),
    /// Not what was written: cut, changed, or a file of another state or version.
    #[error("it is damaged, or was put here from elsewhere")]
    Broken,
    /// Ring refuses only what is impossible here, but says so.
    #[error("the machine cannot encrypt")]
    Refused,
    /// The disk.
    #[error(transparent)]
    Disk(#[from] io::Error),
}

/// What a file is bound to: opened as anything else it is broken.
pub(crate) fn bound_to(name: &str, number: u64) -> Vec<u8> {
    format!("{name}\n{number}").into_bytes()
}

/// Writes a version.
pub(crate) fn seal(
    keys: &Keyring,
    bound: &[u8],
    facts: &[u8],
    content: &[u8],
    to: &mut dyn Write,
) -> Result<(), SealError> {
    let mut data_key = [0; DATA_KEY];
    SystemRandom::new()
        .fill(&mut data_key)
        .map_err(|_| SealError::Refused)?;
    to.write_all(&envelope(keys, bound, &data_key)?)?;
    let key = opened(&data_key)?;

    let mut piece = Vec::with_capacity(PIECE + TAG);
    piece.extend_from_slice(facts);
    close(&key, nonce(0, false), bound, &mut piece)?;
    let length = u32::try_from(piece.len()).map_err(|_| SealError::Refused)?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(&piece)?;

    // An empty content is one empty piece.
    let count = content.len().div_ceil(PIECE).max(1);
    for index in 0..count {
        let from = index * PIECE;
        piece.clear();
        piece.extend_from_slice(&content[from..content.len().min(from + PIECE)]);
        close(
            &key,
            nonce(index as u64 + 1, index + 1 == count),
            bound,
            &mut piece,
        )?;
        to.write_all(&piece)?;
    }
    Ok(())
}

/// Whether a file is sealed with the current key; needs its first bytes only.
pub(crate) fn is_current(keys: &Keyring, from: &mut dyn Read) -> Result<bool, SealError> {
    let envelope = read_envelope(from)?;
    Ok(keys.current().is_some_and(|(id, _)| *id == envelope[8..16]))
}

/// Copies a file with its data key sealed by the current key. The content stays as it is.
pub(crate) fn renew(
    keys: &Keyring,
    bound: &[u8],
    from: &mut dyn Read,
    to: &mut dyn Write,
) -> Result<(), SealError> {
    let data_key = data_key(keys, bound, &read_envelope(from)?)?;
    to.write_all(&envelope(keys, bound, &data_key)?)?;
    io::copy(from, to)?;
    Ok(())
}

/// Opens a file as far as its facts; what is returned reads the content.
pub(crate) fn open<R: Read>(
    keys: &Keyring,
    bound: Vec<u8>,
    mut from: R,
) -> Result<(Vec<u8>, Opened<R>), SealError> {
    let key = opened(&data_key(keys, &bound, &read_envelope(&mut from)?)?)?;
    let mut length = [0; 4];
    from.read_exact(&mut length).map_err(cut)?;
    let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if !(TAG..=MOST_FACTS).contains(&length) {
        return Err(SealError::Broken);
    }
    let mut facts = vec![0; length];
    from.read_exact(&mut facts).map_err(cut)?;
    let plain = key
        .open_in_place(nonce(0, false), Aad::from(&bound), &mut facts)
        .map_err(|_| SealError::Broken)?
        .len();
    facts.truncate(plain);
    let opened = Opened {
        key,
        bound,
        from,
        next: 1,
        piece: Vec::new(),
        taken: 0,
        ahead: Ahead::Unknown,
    };
    Ok((facts, opened))
}

/// What stands behind a piece.
enum Ahead {
    Unknown,
    /// Another piece, of which this is the first byte.
    More(u8),
    End,
}

/// The content of a version, opened piece by piece as it is read. Nothing is handed out that was not verified.
pub(crate) struct Opened<R> {
    key: LessSafeKey,
    bound: Vec<u8>,
    from: R,
    next: u64,
    /// The opened piece, and how much of it was handed out.
    piece: Vec<u8>,
    taken: usize,
    /// What stands behind the piece, which has to be known to open it.
    ahead: Ahead,
}

impl<R: Read> Opened<R> {
    /// Opens the next piece; false behind the last.
    fn advance(&mut self) -> Result<bool, SealError> {
        self.piece.clear();
        self.taken = 0;
        match self.ahead {
            Ahead::End => return Ok(false),
            Ahead::More(byte) => self.piece.push(byte),
            Ahead::Unknown => {}
        }
        let wanted = PIECE + TAG - self.piece.len();
        (&mut self.from)
            .take(wanted as u64)
            .read_to_end(&mut self.piece)?;
        let mut byte = [0];
        let more = loop {
            match self.from.read(&mut byte) {
                Ok(count) => break count == 1,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        };
        self.ahead = if more { Ahead::More(byte[0]) } else { Ahead::End };
        let nonce = nonce(self.next, !more);
        self.next += 1;
        let plain = self
            .key
            .open_in_place(nonce, Aad::from(&self.bound), &mut self.piece)
            .map_err(|_| SealError::Broken)?
            .len();
        self.piece.truncate(plain);
        Ok(true)
    }
}

impl<R: Read> Read for Opened<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.piece.len() {
            if !self.advance().map_err(io::Error::other)? {
                return Ok(0);
            }
        }
        let count = into.len().min(self.piece.len() - self.taken);
        into[..count].copy_from_slice(&self.piece[self.taken..self.taken + count]);
        self.taken += count;
        Ok(count)
    }
}

fn envelope(keys: &Keyring, bound: &[u8], data_key: &[u8]) -> Result<Vec<u8>, SealError> {
    let (id, key) = keys.current().ok_or(SealError::Refused)?;
    let mut random = [0; NONCE_LEN];
    SystemRandom::new()
        .fill(&mut random)
        .map_err(|_| SealError::Refused)?;
    let mut sealed = data_key.to_vec();
    close(key, Nonce::assume_unique_for_key(random), bound, &mut sealed)?;
    Ok([MAGIC, id.as_slice(), &random, &sealed].concat())
}

fn read_envelope(from: &mut dyn Read) -> Result<[u8; ENVELOPE], SealError> {
    let mut envelope = [0; ENVELOPE];
    from.read_exact(&mut envelope).map_err(cut)?;
    if envelope[..8] != *MAGIC {
        return Err(SealError::Broken);
    }
    Ok(envelope)
}

fn data_key(keys: &Keyring, bound: &[u8], envelope: &[u8; ENVELOPE]) -> Result<Vec<u8>, SealError> {
    let (mut id, mut random) = (KeyId::default(), [0; NONCE_LEN]);
    id.copy_from_slice(&envelope[8..16]);
    random.copy_from_slice(&envelope[16..16 + NONCE_LEN]);
    let key = keys.find(id).ok_or(SealError::UnknownKey(id))?;
    let mut sealed = envelope[16 + NONCE_LEN..].to_vec();
    let opened = key
        .open_in_place(
            Nonce::assume_unique_for_key(random),
            Aad::from(bound),
            &mut sealed,
        )
        .map_err(|_| SealError::Broken)?;
    Ok(opened.to_vec())
}

fn opened(data_key: &[u8]) -> Result<LessSafeKey, SealError> {
    let key = UnboundKey::new(&AES_256_GCM, data_key).map_err(|_| SealError::Refused)?;
    Ok(LessSafeKey::new(key))
}

fn close(key: &LessSafeKey, nonce: Nonce, bound: &[u8], piece: &mut Vec<u8>) -> Result<(), SealError> {
    key.seal_in_place_append_tag(nonce, Aad::from(bound), piece)
        .map_err(|_| SealError::Refused)
}

fn nonce(count: u64, last: bool) -> Nonce {
    let mut bytes = [0; NONCE_LEN];
    bytes[0] = u8::from(last);
    bytes[4..].copy_from_slice(&count.to_le_bytes());
    Nonce::assume_unique_for_key(bytes)
}

/// A file that ends too early is broken, not missing.
fn cut(error: io::Error) -> SealError {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        SealError::Broken
    } else {
        SealError::Disk(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> (Keyring, String) {
        let line = Keyring::new_key().unwrap();
        (Keyring::read(&line).unwrap(), line)
    }

    fn sealed(keys: &Keyring, content: &[u8]) -> Vec<u8> {
        let mut file = Vec::new();
        seal(keys, &bound_to("a", 1), b"facts", content, &mut file).unwrap();
        file
    }

    fn read(keys: &Keyring, bound: Vec<u8>, file: &[u8]) -> Result<(Vec<u8>, Vec<u8>), SealError> {
        let (facts, mut opened) = open(keys, bound, file)?;
        let mut content = Vec::new();
        opened.read_to_end(&mut content)?;
        Ok((facts, content))
    }

    #[test]
    fn what_is_sealed_comes_back_at_every_size_around_a_piece() {
        let (keys, _) = keys();
        for size in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 7] {
            let content: Vec<u8> = (0..size).map(|index| index.to_le_bytes()[0]).collect();
            let file = sealed(&keys, &content);
            assert_eq!(
                read(&keys, bound_to("a", 1), &file).unwrap(),
                (b"facts".to_vec(), content)
            );
        }
    }

    #[test]
    fn nothing_of_the_content_can_be_read_in_the_file() {
        let (keys, _) = keys();
        let file = sealed(&keys, b"a password that nobody may see");
        assert!(!file.windows(8).any(|part| part == b"password"));
        assert!(!file.windows(5).any(|part| part == b"facts"));
    }

    #[test]
    fn a_file_that_was_cut_changed_or_moved_is_broken() {
        let (keys, _) = keys();
        let file = sealed(&keys, &vec![7; 2 * PIECE + 100]);
        for bound in [bound_to("b", 1), bound_to("a", 2)] {
            assert!(read(&keys, bound, &file).is_err());
        }
        // Cut anywhere in the head, and at the end of each piece, where what is left is whole pieces.
        let head = file.len() - (2 * PIECE + 100 + 3 * TAG);
        let ends = [head, head + PIECE + TAG, head + 2 * (PIECE + TAG), file.len() - 1];
        for length in (0..head).chain(ends) {
            assert!(
                read(&keys, bound_to("a", 1), &file[..length]).is_err(),
                "cut at {length}"
            );
        }
        for at in (0..head + 40).chain([head + PIECE + 3, file.len() - 1]) {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert!(
                read(&keys, bound_to("a", 1), &changed).is_err(),
                "changed at {at}"
            );
        }
        let mut longer = file;
        longer.push(0);
        assert!(read(&keys, bound_to("a", 1), &longer).is_err());
    }

    #[test]
    fn a_new_key_opens_what_was_renewed_and_the_old_one_is_named_before() {
        let ((old, old_line), new_line) = (keys(), Keyring::new_key().unwrap());
        let file = sealed(&old, b"content");
        let both = Keyring::read(&format!("{new_line}\n{old_line}")).unwrap();
        let new = Keyring::read(&new_line).unwrap();
        assert!(matches!(
            read(&new, bound_to("a", 1), &file),
            Err(SealError::UnknownKey(_))
        ));
        assert!(!is_current(&both, &mut file.as_slice()).unwrap());
        let mut renewed = Vec::new();
        renew(&both, &bound_to("a", 1), &mut file.as_slice(), &mut renewed).unwrap();
        assert!(is_current(&both, &mut renewed.as_slice()).unwrap());
        assert_eq!(read(&new, bound_to("a", 1), &renewed).unwrap().1, b"content");
    }
}
