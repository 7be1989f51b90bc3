//! Variables and where they are visible.

use std::rc::Rc;

use crate::value::Value;

/// The variables of one template that is being carried out.
pub(crate) struct Scope {
    pub(crate) source: Rc<str>,
    pub(crate) variables: Vec<(Rc<str>, Value)>,
}

/// The value of a variable; the parser has seen to it that there is one.
pub(crate) fn lookup(scope: &Scope, name: &str) -> Value {
    scope
        .variables
        .iter()
        .rev()
        .find(|(known, _)| **known == *name)
        .map(|(_, value)| value.clone())
        .unwrap_or_default()
}

/// Gives a variable that exists another value.
pub(crate) fn assign(scope: &mut Scope, name: &str, value: &Value) {
    if let Some((_, place)) = scope
        .variables
        .iter_mut()
        .rev()
        .find(|(known, _)| **known == *name)
    {
        *place = value.clone();
    }
}
