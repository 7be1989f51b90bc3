//! Types for texts of a form. The form itself stands with each type, in its `check`.

/// Declares a type for texts that its `check` lets through.
macro_rules! text {
    ($(#[doc = $doc:literal])* $name:ident: $expected:literal, $pattern:literal, or $placeholder:literal) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// As text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl $crate::shape::Format for $name {
            const PATTERN: &'static str = $pattern;
            const EXPECTED: &'static str = $expected;

            fn parse(text: &str) -> Result<Self, $crate::shape::Wrong> {
                Self::check(text)?;
                Ok(Self(text.to_owned()))
            }

            fn placeholder() -> Self {
                Self($placeholder.to_owned())
            }
        }
    };
}
pub(crate) use text;
