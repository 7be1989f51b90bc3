//! Functions on templates themselves, Argo CD's on names, and those that cannot be had: they would need a clock, chance,
//! the environment or a network, and the same files must always give the same result.

use super::{Answer, Function, fixed, open, strings, text};
use crate::error::Fail;
use crate::eval::Machine;
use crate::value::Value;

pub(crate) const HELM: &[Function] = &[
    fixed("include", 2, include),
    fixed("tpl", 2, |machine, given| {
        let text = text(given, 0)?.to_owned();
        let written = machine.execute_text(&text, &given[1]);
        let written = written.map_err(Fail::Inner)?;
        Ok(Value::str(written.replace("<no value>", "")))
    }),
    fixed("required", 2, |_, given| {
        let message = text(given, 0)?;
        match &given[1] {
            Value::Nil | Value::Missing => Err(message.into()),
            Value::Str(text) if text.is_empty() => Err(message.into()),
            value => Ok(value.clone()),
        }
    }),
    fixed("fail", 1, |_, given| Err(text(given, 0)?.into())),
    // There is no cluster to look into; `helm template` finds nothing either.
    fixed("lookup", 4, |_, given| {
        for at in 0..4 {
            text(given, at)?;
        }
        Ok(Value::map(std::collections::BTreeMap::new()))
    }),
    fixed("getHostByName", 1, |_, given| {
        text(given, 0)?;
        Ok(Value::str(""))
    }),
];

pub(crate) const ARGO_CD: &[Function] = &[
    fixed("normalize", 1, |_, given| {
        Ok(Value::str(strings::sanitize_name(text(given, 0)?)))
    }),
    fixed("fail", 1, |_, given| Err(text(given, 0)?.into())),
];

fn include(machine: &mut Machine, given: &[Value]) -> Answer {
    let name = text(given, 0)?;
    match machine.execute(name, &given[1]) {
        Some(Ok(written)) => Ok(Value::str(written)),
        Some(Err(error)) => Err(Fail::Inner(error)),
        None => {
            let near = becket_source::did_you_mean(name, machine.set.keys().map(String::as_str));
            let message = format!("there is no template {name:?}");
            Err(match near {
                Some(near) => Fail::Advice(message, format!("did you mean {near:?}?")),
                None => message.into(),
            })
        }
    }
}

const fn refused(name: &'static str, call: fn(&mut Machine, &[Value]) -> Answer) -> Function {
    open(name, 0, call)
}

fn clock(_: &mut Machine, _: &[Value]) -> Answer {
    Err(Fail::Advice(
        "it depends on the time of day, and the same files must always give the same result".to_owned(),
        "take the date from the values".to_owned(),
    ))
}

fn chance(_: &mut Machine, _: &[Value]) -> Answer {
    Err(Fail::Advice(
        "it gives another result each time, and Argo CD would never be in sync".to_owned(),
        "make the value once and keep it in a Secret that the template refers to".to_owned(),
    ))
}

fn unsupported(_: &mut Machine, _: &[Value]) -> Answer {
    Err("Becket does not carry it out yet".into())
}

pub(crate) const REFUSED: &[Function] = &[
    refused("now", clock),
    refused("ago", clock),
    refused("date", clock),
    refused("dateInZone", clock),
    refused("date_in_zone", clock),
    refused("dateModify", clock),
    refused("date_modify", clock),
    refused("mustDateModify", clock),
    refused("must_date_modify", clock),
    refused("htmlDate", clock),
    refused("htmlDateInZone", clock),
    refused("toDate", clock),
    refused("mustToDate", clock),
    refused("unixEpoch", clock),
    refused("duration", unsupported),
    refused("durationRound", unsupported),
    refused("randAlphaNum", chance),
    refused("randAlpha", chance),
    refused("randAscii", chance),
    refused("randNumeric", chance),
    refused("randInt", chance),
    refused("randBytes", chance),
    refused("shuffle", chance),
    refused("uuidv4", chance),
    refused("bcrypt", chance),
    refused("htpasswd", chance),
    refused("genPrivateKey", chance),
    refused("genCA", chance),
    refused("genCAWithKey", chance),
    refused("genSelfSignedCert", chance),
    refused("genSelfSignedCertWithKey", chance),
    refused("genSignedCert", chance),
    refused("genSignedCertWithKey", chance),
    refused("encryptAES", chance),
    refused("decryptAES", unsupported),
    refused("derivePassword", unsupported),
    refused("buildCustomCert", unsupported),
    refused("b32dec", unsupported),
    refused("urlParse", unsupported),
    refused("urlJoin", unsupported),
    refused("toToml", unsupported),
    refused("mustToToml", unsupported),
    refused("fromToml", unsupported),
    refused("toYamlPretty", unsupported),
];
