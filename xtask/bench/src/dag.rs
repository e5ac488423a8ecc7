//! The graph that every tool is given.

use std::path::Path;

/// Layers of the graph: ten stages one after the other, as many chains as there is room for.
pub(crate) const DEPTH: usize = 10;

/// Independent chains of [`DEPTH`] stages. A stage copies one small file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dag {
    /// Number of chains.
    pub(crate) width: usize,
}

/// One stage of the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stage {
    /// Layer, from 0.
    pub(crate) layer: usize,
    /// Chain, from 0.
    pub(crate) chain: usize,
}

impl Dag {
    /// The graph of about this many stages: a multiple of [`DEPTH`], at least one chain.
    pub(crate) fn new(stages: usize) -> Self {
        Self { width: (stages / DEPTH).max(1) }
    }

    /// Returns how many stages it has.
    pub(crate) fn len(self) -> usize {
        self.width * DEPTH
    }

    /// Lists the stages, layer by layer.
    pub(crate) fn stages(self) -> impl Iterator<Item = Stage> {
        (0..DEPTH).flat_map(move |layer| (0..self.width).map(move |chain| Stage { layer, chain }))
    }

    /// Lists the stages that nothing else reads from.
    pub(crate) fn last(self) -> impl Iterator<Item = Stage> {
        (0..self.width).map(|chain| Stage { layer: DEPTH - 1, chain })
    }

    /// Writes the files that the first layer reads.
    ///
    /// # Errors
    /// The error of writing, with the file.
    pub(crate) fn write_inputs(self, project: &Path) -> std::io::Result<()> {
        fs_err::create_dir_all(project.join("in"))?;
        fs_err::create_dir_all(project.join("out"))?;
        for chain in 0..self.width {
            fs_err::write(project.join(input_of(chain)), content_of(chain))?;
        }
        Ok(())
    }
}

impl Stage {
    /// Returns its name.
    pub(crate) fn name(self) -> String {
        format!("s{}_{}", self.layer, self.chain)
    }

    /// Returns the stage before it in its chain.
    pub(crate) fn before(self) -> Option<Self> {
        let layer = self.layer.checked_sub(1)?;
        Some(Self { layer, ..self })
    }

    /// Returns the file that it reads.
    pub(crate) fn input(self) -> String {
        self.before().map_or_else(|| input_of(self.chain), Self::output)
    }

    /// Returns the file that it writes.
    pub(crate) fn output(self) -> String {
        format!("out/{}.txt", self.name())
    }

    /// Returns what it does.
    pub(crate) fn command(self) -> String {
        format!("cat {} > {}", self.input(), self.output())
    }
}

/// Returns the file at the beginning of a chain.
pub(crate) fn input_of(chain: usize) -> String {
    format!("in/{chain}.txt")
}

/// Returns what is in that file, and at the end of the chain if everything worked.
pub(crate) fn content_of(chain: usize) -> String {
    format!("input number {chain}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_ten_layers_of_chains() {
        let dag = Dag::new(37);
        assert_eq!((dag.width, dag.len(), dag.stages().count()), (3, 30, 30));
        assert_eq!(Dag::new(1).len(), DEPTH);
    }

    #[test]
    fn a_stage_reads_what_the_one_before_it_wrote() {
        let stage = Stage { layer: 2, chain: 5 };
        assert_eq!(stage.command(), "cat out/s1_5.txt > out/s2_5.txt");
        assert_eq!(Stage { layer: 0, chain: 5 }.command(), "cat in/5.txt > out/s0_5.txt");
        assert_eq!(stage.input(), stage.before().unwrap().output());
    }
}
