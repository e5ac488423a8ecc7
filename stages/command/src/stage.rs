//! The stage: what the engine asks of it.

use pipeline_engine::{
    CommandLine, Cpus, Job, ParamProblem, Placement, Ports, Resources, SourceContext, SourceFile,
    Stage, StageError, StageInfo,
};

use crate::command::command_line;
use crate::{CommandParams, check, listing};

/// Bumped whenever the same parameters start a program in another way; the golden test pins both.
pub(crate) const VERSION: u32 = 1;

/// Runs a program of the user's.
#[derive(Debug, Clone, Copy, Default)]
pub struct Command;

impl Stage for Command {
    type Params = CommandParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "command",
            version: VERSION,
            summary: "runs any program on declared inputs, such as a method of your own in Python",
            placement: Placement::Command,
        }
    }

    fn ports(&self, params: &CommandParams) -> Ports {
        let ports = params.inputs.iter().fold(Ports::new(), |ports, (name, input)| {
            ports.with_input(name.clone(), input.kind.clone(), input.arity())
        });
        params
            .outputs
            .iter()
            .fold(ports, |ports, (name, output)| ports.with_output(output.port(name)))
    }

    fn resources(&self, _params: &CommandParams) -> Resources {
        // What it needs is unknown; `resources:` of the node says it better.
        Resources { cpus: Cpus::Count(1), memory_mib: 1024, ..Resources::default() }
    }

    fn check(&self, params: &CommandParams) -> Vec<ParamProblem> {
        check::problems(params)
    }

    fn location_params(&self) -> &'static [&'static str] {
        &["readable"]
    }

    fn sources(
        &self,
        params: &CommandParams,
        context: &SourceContext,
    ) -> Result<Vec<SourceFile>, StageError> {
        let listed = listing::list(&context.experiment_dir, &params.sources)?;
        context.decided_by(listed.looked_at);
        Ok(listed.files)
    }

    fn command(&self, params: &CommandParams, job: &Job) -> Result<CommandLine, StageError> {
        command_line(params, job)
    }
}
