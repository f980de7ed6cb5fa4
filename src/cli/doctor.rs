//! `mqtt-tui doctor`: the doctor's lines on standard output, each as soon as it is known, or all of them as JSON.

use std::process::ExitCode;

use clap::{ArgAction, Args};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::args::{TargetArgs, parse_filter};
use super::known::Known;
use super::resolve::{self, Request};
use super::{USAGE, output, password};
use crate::config::Profile;
use crate::model::{DoctorLine, Target, TopicFilter};
use crate::mqtt::doctor::{self, Diagnosis, DoctorOptions};

/// What stands at the end of the help.
const MEANING: &str = "\
Each step is 'ok', 'note' (it works, but look), 'FAIL' or 'skip'. A step that fails is needed; refused # and $SYS/# are not.
The exit code is 0 when all needed steps pass, 1 when one fails, 2 when the command line is wrong, 4 when a password would \
have to be asked for and there is no terminal, and the code of CONNACK when the broker refuses it.
The client id is a random one unless -i says otherwise; the session is a clean one, and there is no last will.
Environment and profiles are those of 'mqtt-tui connect'.";

/// A target with everything that can be said about it, and what the doctor may do.
#[derive(Debug, Args)]
#[command(disable_help_flag = true, after_help = MEANING)]
pub(super) struct DoctorArgs {
    /// A profile, `host[:port]`, or a URL, as for connect [default: localhost]
    target: Option<String>,
    /// Filters to try [default: those of the profile, else #]
    #[arg(value_parser = parse_filter)]
    filters: Vec<TopicFilter>,
    /// Publish five small messages on a random topic and see them come back
    #[arg(long)]
    publish: bool,
    /// Print one JSON object at the end instead of lines
    #[arg(long)]
    json: bool,
    /// Print help
    #[arg(long, action = ArgAction::Help)]
    help: Option<bool>,
    #[command(flatten)]
    pub(super) flags: TargetArgs,
}

pub(super) fn run(args: &DoctorArgs) -> ExitCode {
    let (profile, options) = match prepare(args) {
        Ok(prepared) => prepared,
        Err(fault) => return output::fail(USAGE, &fault),
    };
    password::run_with(profile, async |target| match examine(target, options, args.json).await {
        Diagnosis::Sound => ExitCode::SUCCESS,
        Diagnosis::Unsound => ExitCode::FAILURE,
        Diagnosis::Refused(code) => ExitCode::from(code),
    })
}

fn prepare(args: &DoctorArgs) -> Result<(Profile, DoctorOptions), String> {
    let known = Known::load()?;
    known.faults().for_each(|fault| output::warn(&fault.to_string()));
    let request = Request { target: args.target.as_deref(), filters: &args.filters, flags: &args.flags };
    let resolved = resolve::resolve(request, known.sources())?;
    let warnings = known.warnings().chain(resolved.notices);
    warnings.for_each(|warning| output::warn(&format!("warning: {warning}")));
    let own_id = args.flags.session.client_id.is_some();
    Ok((resolved.profile, DoctorOptions { publish: args.publish, own_id }))
}

async fn examine(target: Target, options: DoctorOptions, as_json: bool) -> Diagnosis {
    let url = target.url();
    let (lines, mut told) = mpsc::channel(1);
    let visit = doctor::run(target, options, lines);
    tokio::pin!(visit);
    let mut steps = Vec::new();
    let mut diagnosis = None;
    loop {
        tokio::select! {
            biased;
            line = told.recv() => match line {
                Some(line) if as_json => steps.push(as_value(&line)),
                Some(line) => { output::print(&as_text(&line)); }
                None => break,
            },
            ended = &mut visit, if diagnosis.is_none() => diagnosis = Some(ended),
        }
    }
    let diagnosis = diagnosis.unwrap_or(Diagnosis::Unsound);
    if as_json {
        let refused = match diagnosis {
            Diagnosis::Refused(code) => Some(code),
            _ => None,
        };
        let sound = diagnosis == Diagnosis::Sound;
        let report = json!({ "target": url, "sound": sound, "connack_code": refused, "steps": steps });
        output::print(&format!("{report:#}\n"));
    }
    diagnosis
}

fn as_value(line: &DoctorLine) -> Value {
    json!({
        "step": line.step,
        "verdict": line.verdict.name(),
        "found": line.found,
        "advice": line.advice,
        // To the microsecond: what is finer is noise.
        "took_ms": line.took.map(|took| f64::from(u32::try_from(took.as_micros()).unwrap_or(u32::MAX)) / 1e3),
    })
}

/// One line, and its advice below it; made safe for the terminal.
fn as_text(line: &DoctorLine) -> String {
    let verdict = line.verdict.name();
    let took = line.took_words().map(|took| format!(" ({took})")).unwrap_or_default();
    let advice = line.advice.as_ref().map(|advice| format!("{:20}{advice}\n", "")).unwrap_or_default();
    // The peer's words must not begin a line of their own.
    output::clean(&format!("{verdict:<5} {:<13} {}{took}", line.step, line.found.replace(['\r', '\n'], " ")))
        + "\n"
        + &output::clean(&advice)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::Verdict;

    fn line(found: &str) -> DoctorLine {
        DoctorLine {
            step: "TLS",
            verdict: Verdict::Bad,
            found: found.into(),
            advice: Some("do this".into()),
            took: Some(Duration::from_micros(1500)),
        }
    }

    #[test]
    fn a_line_says_verdict_step_finding_time_and_advice() {
        assert_eq!(
            as_text(&line("no good")),
            "FAIL  TLS           no good (1.5 ms)\n                    do this\n"
        );
    }

    #[test]
    fn a05_what_a_certificate_says_cannot_act_on_the_terminal() {
        let text = as_text(&line("CN=\u{1b}]0;x\u{7}\nok    TLS  \u{202e}"));
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{text:?}");
    }
}
