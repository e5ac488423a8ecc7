//! The stage: fetches the files side by side, then lays them out.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pipeline_engine::{
    ActionContext, Cpus, ParamProblem, Placement, Ports, Resources, SourceContext, SourceFile,
    Stage, StageError, StageInfo,
};

use crate::client::Client;
use crate::error::{FetchError, FileFailure};
use crate::fetcher::Fetcher;
use crate::local::LocalFile;
use crate::places::{DOWNLOADS, Places};
use crate::tally::Tally;
use crate::unpack::{Limits, unpack};
use crate::{FetchParams, FileParams, Unpack, check};

/// Bumped whenever the same parameters give other bytes; the golden test pins both.
pub(crate) const VERSION: u32 = 1;

/// How often the run is asked whether it is being stopped.
const POLL: Duration = Duration::from_millis(100);

/// Fetches files by URL and digest.
#[derive(Debug, Default)]
pub struct Fetch {
    places: Places,
}

impl Stage for Fetch {
    type Params = FetchParams;

    fn info(&self) -> StageInfo {
        StageInfo {
            name: "fetch",
            version: VERSION,
            summary: "fetches files by URL and digest, and unpacks archives",
            placement: Placement::InProcess,
        }
    }

    fn ports(&self, params: &FetchParams) -> Ports {
        Ports::new().output("dataset", params.kind.clone())
    }

    fn resources(&self, _params: &FetchParams) -> Resources {
        // It waits for servers and disks most of the time.
        Resources { cpus: Cpus::Count(1), memory_mib: 128, ..Resources::default() }
    }

    fn check(&self, params: &FetchParams) -> Vec<ParamProblem> {
        check::problems(params)
    }

    fn location_params(&self) -> &'static [&'static str] {
        &["transfer"]
    }

    /// No file is declared: each is pinned by the digest in the parameters, wherever it is found.
    fn sources(
        &self,
        _params: &FetchParams,
        context: &SourceContext,
    ) -> Result<Vec<SourceFile>, StageError> {
        self.places.learn(context);
        context.decided_by([]);
        Ok(Vec::new())
    }

    fn run(&self, params: &FetchParams, context: &ActionContext<'_>) -> Result<(), StageError> {
        let certificates = params.transfer.certificates.as_ref().map(|path| {
            let candidates = self.places.resolve(path.as_ref());
            candidates.iter().find(|path| path.is_file()).cloned().unwrap_or_else(|| path.into())
        });
        let client = Client::new(&params.transfer, certificates.as_deref())
            .map_err(|error| StageError::new(error).with_detail("param: transfer.certificates"))?;
        let tally = Tally::new(context);
        let fetcher = Fetcher {
            transfer: &params.transfer,
            client: &client,
            places: &self.places,
            folder: context.resume_folder()?,
            tally: &tally,
            context,
        };
        let files = fetch_all(&fetcher, params)?;
        context.check_cancelled()?;
        let (files, failures): (Vec<_>, Vec<_>) = files.into_iter().partition(Result::is_ok);
        let failures: Vec<_> = failures.into_iter().filter_map(Result::err).collect();
        if !failures.is_empty() {
            return Err(self.failed(&failures, params.files.len()));
        }
        for (file, found) in params.files.iter().zip(files.into_iter().flatten()) {
            lay_out(file, &found, context).map_err(|error| match error {
                FetchError::Cancelled => StageError::cancelled(),
                error => StageError::new(error)
                    .with_detail(format!("file: {}", file.local_name().unwrap_or_default())),
            })?;
        }
        Ok(())
    }
}

/// Every file, in the order of the parameters; some at once.
fn fetch_all(
    fetcher: &Fetcher<'_>,
    params: &FetchParams,
) -> Result<Vec<Result<LocalFile, FileFailure>>, StageError> {
    let next = AtomicUsize::new(0);
    let done = AtomicBool::new(false);
    let found = Mutex::new(Vec::new());
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = params.files.get(index) else { break };
            let result = fetcher.fetch(index, file);
            found.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
        }
    };
    // A thread that waits for a silent server does not see that the run is being stopped.
    let watch = || {
        while !done.load(Ordering::Acquire) {
            if fetcher.context.check_cancelled().is_err() {
                fetcher.client.stop();
                break;
            }
            std::thread::park_timeout(POLL);
        }
    };
    let named = |name: &str| std::thread::Builder::new().name(format!("action-fetch-{name}"));
    std::thread::scope(|scope| {
        let watcher = named("watch").spawn_scoped(scope, watch).map_err(StageError::new)?;
        let started = (0..params.transfer.parallel.min(params.files.len()))
            .map(|i| named(&i.to_string()).spawn_scoped(scope, work))
            .collect::<Result<Vec<_>, _>>();
        let ended = started.map_err(StageError::new).and_then(|threads| {
            threads.into_iter().try_for_each(|thread| {
                thread.join().map_err(|panic| StageError::from_panic(panic.as_ref()))
            })
        });
        done.store(true, Ordering::Release);
        watcher.thread().unpark();
        ended
    })?;
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_by_key(|(index, _)| *index);
    Ok(found.into_iter().map(|(_, result)| result).collect())
}

/// Puts a file, or what an archive holds, where the parameters say.
fn lay_out(
    file: &FileParams,
    found: &LocalFile,
    context: &ActionContext<'_>,
) -> Result<(), FetchError> {
    let output = context.output("dataset").map_err(|error| FetchError::Unpack(error.message))?;
    let target = file.output_path().map_or_else(|| output.to_owned(), |path| output.join(path));
    if file.unpack == Unpack::None {
        found.place(&target)?;
    } else {
        let limits = Limits::of(file, found.length());
        let name = file.local_name().unwrap_or_default();
        unpack(file.unpack, &found.path, &target, &limits, &name, context)?;
    }
    found.unchanged()
}

impl Fetch {
    fn failed(&self, failures: &[FileFailure], of: usize) -> StageError {
        let names: Vec<_> = failures.iter().map(|failure| format!("`{}`", failure.name)).collect();
        let mut error = StageError::message(format!(
            "{} of {of} files could not be fetched: {}",
            failures.len(),
            names.join(", ")
        ));
        error.details = failures
            .iter()
            .flat_map(|failure| failure.tried.iter().map(|why| format!("{}: {why}", failure.name)))
            .collect();
        let folder = match self.places.downloads().first() {
            Some(folder) => format!("into {}", folder.display()),
            None => format!("into `{DOWNLOADS}/` of a folder that you name with `--data-root`"),
        };
        error.with_help(format!(
            "run again to go on where it stopped, or get the file in another way and put it \
             {folder} under the name above; if the file has changed for good, write its new digest \
             into `digest`"
        ))
    }
}
