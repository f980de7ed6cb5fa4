//! `mqtt-tui connect`, and bare `mqtt-tui`: from what was said to a profile, then the explorer.

use std::process::ExitCode;

use super::args::{ConnectArgs, LookArgs};
use super::explore::{self, Launch, Start};
use super::known::Known;
use super::resolve::{self, Request, Resolved};
use super::{USAGE, output, profile};
use crate::config::password_warning;
use crate::model::Severity;
use crate::runtime;

pub(super) fn run(args: &ConnectArgs) -> ExitCode {
    let prepared = Known::load().and_then(|mut known| {
        let mut resolved = resolve::resolve(args.request(), known.sources())?;
        let look = resolve::look(&args.look, &known.environment, &known.settings)?;
        // Before a profile is saved: without a terminal nothing is to be left behind.
        runtime::require_terminal()?;
        let saved = match &args.save {
            Some(name) => {
                let mut to_save = resolve::resolve_to_save(args.request(), known.sources())?;
                let told = profile::save(&mut known.book, &mut to_save, name, args.flags.save_password)?;
                name.clone_into(&mut resolved.profile.name);
                profile::rooted(&mut resolved.profile)?;
                Some(told)
            }
            None => None,
        };
        let Resolved { profile, notices, .. } = resolved;
        let unsafe_file = password_warning(&profile.password);
        let warnings = notices.into_iter().chain(unsafe_file).map(|text| (Severity::Warning, text));
        let notices = warnings.chain(saved.into_iter().flatten()).collect();
        Ok((profile, Launch { known, look, notices }))
    });
    match prepared {
        Ok((profile, launch)) => explore::run(Start::Open(Box::new(profile)), launch, None),
        Err(fault) => output::fail(USAGE, &fault),
    }
}

/// Bare `mqtt-tui`: the connections screen; without a terminal what else there is.
pub(super) fn connections() -> ExitCode {
    if let Err(fault) = runtime::require_terminal() {
        output::warn(&fault);
        return super::complain_with_help();
    }
    let prepared = Known::load().and_then(|known| {
        let look = resolve::look(&LookArgs::default(), &known.environment, &known.settings)?;
        Ok(Launch { known, look, notices: Vec::new() })
    });
    match prepared {
        Ok(launch) => explore::run(Start::Connections, launch, None),
        Err(fault) => output::fail(USAGE, &fault),
    }
}

impl ConnectArgs {
    /// What `resolve` is asked.
    pub(super) fn request(&self) -> Request<'_> {
        Request { target: self.target.as_deref(), filters: &self.filters, flags: &self.flags }
    }
}
