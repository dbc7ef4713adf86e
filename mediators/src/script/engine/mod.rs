//! The JavaScript engine: one for each thread that runs scripts, with its limits.

mod failure;
mod watch;

pub(super) use failure::{ScriptFailure, SyntaxError};

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

use rquickjs::context::EvalOptions;
use rquickjs::{Context, Ctx, Function, Persistent, Runtime};

use super::limits;
use super::message::{Desk, Shared, install};
use super::program::Program;
use watch::Watch;

thread_local! {
    static ENGINE: RefCell<Option<Engine>> = const { RefCell::new(None) };
}

/// Runs a script on what lies on the desk; true to go on with the next mediator.
pub(super) fn run(program: &Arc<Program>, desk: Desk) -> (Desk, Result<bool, ScriptFailure>) {
    ENGINE.with_borrow_mut(|slot| {
        let mut engine = match slot.take().map_or_else(Engine::new, Ok) {
            Ok(engine) => engine,
            Err(error) => return (desk, Err(ScriptFailure::from(error))),
        };
        let (desk, result) = engine.run(program, desk);
        // An engine that reached a limit, or that a script left work behind in, is not used again.
        let fit = !result.as_ref().is_err_and(ScriptFailure::spoils_engine);
        *slot = Some(engine).filter(|engine| fit && !engine.runtime.is_job_pending());
        (desk, result)
    })
}

/// Tells whether a program compiles.
pub(super) fn compile_once(text: &str) -> Result<(), SyntaxError> {
    let runtime = limited_runtime()?;
    let context = Context::full(&runtime)?;
    context.with(|ctx| match compile(&ctx, text, SCRIPT) {
        Ok(_) => Ok(()),
        Err(error) => Err(SyntaxError::caught(&ctx, error)),
    })
}

/// The name of scripts in stack traces.
const SCRIPT: &str = "script";

/// What scripts see besides JavaScript.
const PRELUDE: &str = include_str!("prelude.js");

/// Whoever keeps a value of the engine must go before the engine: the order of the fields matters.
struct Engine {
    /// By the program's address, which nothing else can have while a weak reference to it is kept.
    functions: HashMap<usize, (Weak<Program>, Persistent<Function<'static>>)>,
    runner: Persistent<Function<'static>>,
    context: Context,
    runtime: Runtime,
    shared: Shared,
    watch: Arc<Watch>,
}

impl Engine {
    fn new() -> rquickjs::Result<Self> {
        let runtime = limited_runtime()?;
        let watch = Arc::new(Watch::default());
        let handler = watch.clone();
        runtime.set_interrupt_handler(Some(Box::new(move || handler.is_over())));
        let context = Context::full(&runtime)?;
        let shared = Shared::default();
        let runner = context.with(|ctx| {
            let natives = install(&ctx, &shared)?;
            let prelude = compile(&ctx, PRELUDE, "prelude")?;
            let runner: Function<'_> = prelude.call((natives,))?;
            rquickjs::Result::Ok(Persistent::save(&ctx, runner))
        })?;
        Ok(Self { functions: HashMap::new(), runner, context, runtime, shared, watch })
    }

    fn run(&mut self, program: &Arc<Program>, desk: Desk) -> (Desk, Result<bool, ScriptFailure>) {
        let function = match self.function(program) {
            Ok(function) => function,
            Err(failure) => return (desk, Err(failure)),
        };
        self.shared.lend(desk);
        self.watch.start(limits::DEADLINE);
        let result = self.context.with(|ctx| {
            let run = || -> rquickjs::Result<bool> {
                let runner = self.runner.clone().restore(&ctx)?;
                runner.call((function.restore(&ctx)?,))
            };
            run().map_err(|error| ScriptFailure::caught(&ctx, error))
        });
        let late = self.watch.stop();
        let mut desk = self.shared.take_back();
        let result = match desk.failure.take() {
            _ if late => Err(ScriptFailure::late()),
            Some((message, stack)) => Err(ScriptFailure::thrown(message, &stack)),
            None => result,
        };
        (desk, result)
    }

    /// The program as a function of this engine, compiled when it is met first.
    fn function(&mut self, program: &Arc<Program>) -> Result<Persistent<Function<'static>>, ScriptFailure> {
        let address = Arc::as_ptr(program) as usize;
        if let Some((_, function)) = self.functions.get(&address) {
            return Ok(function.clone());
        }
        self.functions.retain(|_, (program, _)| program.strong_count() > 0);
        let function = self.context.with(|ctx| match compile(&ctx, &program.text, SCRIPT) {
            Ok(function) => Ok(Persistent::save(&ctx, function)),
            Err(error) => Err(ScriptFailure::caught(&ctx, error)),
        })?;
        self.functions.insert(address, (Arc::downgrade(program), function.clone()));
        Ok(function)
    }
}

fn limited_runtime() -> rquickjs::Result<Runtime> {
    let runtime = Runtime::new()?;
    runtime.set_memory_limit(limits::MEMORY);
    runtime.set_max_stack_size(limits::STACK);
    Ok(runtime)
}

/// A function from its text.
fn compile<'js>(ctx: &Ctx<'js>, text: &str, name: &str) -> rquickjs::Result<Function<'js>> {
    let mut options = EvalOptions::default();
    options.strict = false;
    options.filename = Some(name.to_owned());
    ctx.eval_with_options(text, options)
}
