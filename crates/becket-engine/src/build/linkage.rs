//! Whether a file is a static Linux program: nothing but itself is in its image.

use std::fs::File;
use std::path::Path;

use elf::ElfStream;
use elf::abi::PT_INTERP;
use elf::endian::AnyEndian;

use super::BuildError;

/// An error when the binary cannot run alone.
pub(super) fn check(service: &str, binary: &Path) -> Result<(), BuildError> {
    let wrong = |reason: String| {
        Err(BuildError::Binary {
            service: service.to_owned(),
            binary: binary.to_owned(),
            reason,
        })
    };
    let file = match File::open(binary) {
        Ok(file) => file,
        Err(error) => {
            return wrong(format!(
                "cannot be read: {error}\nlook at what the build leaves, and where"
            ));
        }
    };
    let Ok(program) = ElfStream::<AnyEndian, _>::open_stream(file) else {
        return wrong("is no Linux program\nthe image holds nothing else that could run it, no shell and no interpreter".to_owned());
    };
    if program
        .segments()
        .iter()
        .any(|segment| segment.p_type == PT_INTERP)
    {
        return wrong(
            "needs shared libraries, and its image holds none\n\
             link it statically: Rust with `-C target-feature=+crt-static`, Go with `CGO_ENABLED=0`, C with `-static`"
                .to_owned(),
        );
    }
    Ok(())
}
