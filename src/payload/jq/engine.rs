//! The jq engine with a guard in each of its steps. The engine asks our own data type for its table of terms before it
//! evaluates any term, and that is where the guard stands; to stop, it unwinds the run's own thread without a panic.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Instant;

use jaq_core::data::HasLut;
use jaq_core::native::{Fun, run as native, v as arguments};
use jaq_core::{Ctx, Cv, DataT, Exn, Lut, RunPtr, ValX, ValXs, Vars};
use jaq_json::{Val, read};

use super::{Ended, Limits, write};

/// Stack of a run's thread. Reserved, and only taken when it is used.
const STACK_BYTES: usize = 64 * 1024 * 1024;
/// Of it, what the program may use by calling itself. The rest is for what the engine does within one step.
const PROGRAM_STACK_BYTES: usize = 16 * 1024 * 1024;
/// Steps between two looks at the clock.
const STEPS_A_LOOK: u32 = 256;

/// Said when the system gives no thread.
pub(super) const NO_THREAD: &str = "the system has no thread for jq";

/// What is not to be had here: it acts outside, or ends the process. The names of the engine's own parts of them too.
const LEFT_OUT: &[&str] =
    &["debug", "debug_empty", "env", "halt", "halt_error", "input", "inputs", "stderr", "stderr_empty"];

/// Runs `work` on a thread with a stack of 64 MB, of which only what is used is taken, and waits for it. `None` when the
/// system gives no thread.
pub fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().name("jq".to_owned()).stack_size(STACK_BYTES);
        builder.spawn_scoped(scope, work).ok()?.join().ok()
    })
}

/// Why a run ended before its end.
pub(super) enum Stop {
    /// An error of the program.
    Failed(String),
    /// A limit.
    Ended(Ended),
}

/// A program as the engine runs it.
pub(super) struct Engine {
    filter: jaq_core::Filter<Guarded>,
}

/// The kind of data that a guarded run is over.
pub(super) struct Guarded;

impl DataT for Guarded {
    type V<'a> = Val;
    type Data<'a> = Data<'a>;
}

#[derive(Clone, Copy)]
pub(super) struct Data<'a> {
    lut: &'a Lut<Guarded>,
    guard: &'a Guard,
}

impl<'a> HasLut<'a, Guarded> for Data<'a> {
    fn lut(&self) -> &'a Lut<Guarded> {
        self.guard.step();
        self.lut
    }
}

/// Ends a run that goes too far.
struct Guard {
    deadline: Instant,
    /// Address of something on the stack when the run began.
    stack_start: usize,
    steps: Cell<u32>,
}

impl Guard {
    fn new(limits: &Limits) -> Self {
        let now = Instant::now();
        let deadline = now.checked_add(limits.time).unwrap_or(now);
        Self { deadline, stack_start: stack_address(), steps: Cell::new(0) }
    }

    #[inline]
    fn step(&self) {
        let steps = self.steps.get().wrapping_add(1);
        self.steps.set(steps);
        if self.stack_start.abs_diff(stack_address()) > PROGRAM_STACK_BYTES {
            stop(Ended::TooDeep);
        }
        if steps.is_multiple_of(STEPS_A_LOOK) && Instant::now() >= self.deadline {
            stop(Ended::Deadline);
        }
    }
}

/// Address of a place on the stack of the caller's caller, near enough.
#[inline(always)]
#[allow(clippy::inline_always, reason = "the address is to be that of the frame in use")]
fn stack_address() -> usize {
    let here = 0_u8;
    (&raw const here).addr()
}

/// Unwinds to [`Engine::run`]. Not a panic: the hook for those, which ends the program, is not called.
#[cold]
fn stop(ended: Ended) -> ! {
    resume_unwind(Box::new(ended))
}

impl Engine {
    pub(super) fn new(filter: jaq_core::Filter<Guarded>) -> Self {
        Self { filter }
    }

    /// Runs on a JSON text that [`super::check_input`] let through; adds each output as JSON text.
    pub(super) fn run(
        &self,
        json_text: &str,
        limits: &Limits,
        outputs: &mut Vec<String>,
    ) -> Result<(), Stop> {
        let guard = Guard::new(limits);
        let run = AssertUnwindSafe(|| self.run_guarded(json_text, limits, &guard, outputs));
        catch_unwind(run).unwrap_or_else(|payload| {
            Err(match payload.downcast::<Ended>() {
                Ok(ended) => Stop::Ended(*ended),
                Err(_) => Stop::Failed("the jq engine has a fault of its own".to_owned()),
            })
        })
    }

    fn run_guarded(
        &self,
        json_text: &str,
        limits: &Limits,
        guard: &Guard,
        outputs: &mut Vec<String>,
    ) -> Result<(), Stop> {
        let input =
            read::parse_single(json_text.as_bytes()).map_err(|fault| Stop::Failed(fault.to_string()))?;
        let data = Data { lut: &self.filter.lut, guard };
        let context = Ctx::<Guarded>::new(data, Vars::new([]));
        let mut room = limits.output_bytes;
        for output in self.filter.id.run((context, input)) {
            let value = output.map_err(failed)?;
            if outputs.len() == limits.outputs {
                return Err(Stop::Ended(Ended::TooMuch));
            }
            let text = write::json(&value, room, || guard.step()).map_err(Stop::Ended)?;
            room -= text.len();
            outputs.push(text);
            // Asking for one more than is wanted may take for ever.
            if limits.outputs == 1 {
                return Ok(());
            }
        }
        Ok(())
    }
}

fn failed(exception: Exn<'_, Val>) -> Stop {
    match exception.get_err() {
        Ok(error) => Stop::Failed(match error.into_val() {
            Val::TStr(text) => String::from_utf8_lossy(&text).into_owned(),
            // As much of it as is told; it may be gigabytes.
            value => write::json(&value, super::MAX_ERROR, || ())
                .unwrap_or_else(|_| "error with a large value".to_owned()),
        }),
        Err(_) => Stop::Failed("break outside of its label".to_owned()),
    }
}

/// Definitions written in jq, those of [`LEFT_OUT`] left out.
pub(super) fn definitions() -> impl Iterator<Item = jaq_core::load::parse::Def<&'static str>> {
    let all = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
    all.filter(|definition| !LEFT_OUT.contains(&definition.name))
}

/// Functions written in Rust, those of [`LEFT_OUT`] left out, and `range` with a guard.
pub(super) fn functions() -> impl Iterator<Item = Fun<Guarded>> {
    let all = jaq_core::funs::<Guarded>().chain(jaq_std::funs()).chain(jaq_json::funs());
    let kept = all.filter(|(name, ..)| *name != "range" && !LEFT_OUT.contains(name));
    kept.chain([native::<Guarded>(("range", arguments(3), range as RunPtr<Guarded>))])
}

/// `range(from; to; by)`: the only loop in the engine that can go on for ever without a step.
fn range<'a>(mut cv: Cv<'a, Guarded>) -> ValXs<'a, Val> {
    let guard = cv.0.data().guard;
    let (by, to, from) = (cv.0.pop_var(), cv.0.pop_var(), cv.0.pop_var());
    let zero = Val::from(0_isize);
    let (up, down) = (by > zero, by < zero);
    let mut next: Option<ValX<'a, Val>> = Some(Ok(from));
    Box::new(std::iter::from_fn(move || {
        guard.step();
        let value = match next.take()? {
            Ok(value) => value,
            Err(error) => return Some(Err(error)),
        };
        let goes_on = if up {
            value < to
        } else if down {
            value > to
        } else {
            value != to
        };
        goes_on.then(|| {
            next = Some((value.clone() + by.clone()).map_err(Exn::from));
            Ok(value)
        })
    }))
}
