//! How values between pixel centres are found.

/// How an image plane is interpolated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interpolation {
    /// The nearest pixel; a coordinate halfway between two takes the upper one, one outside takes
    /// the border pixel. No new values.
    Nearest,
    /// Bilinear between the four pixels around, without antialiasing; coordinates outside take the
    /// border value.
    Linear,
    /// Bilinear with antialiasing: where the grid becomes coarser, the triangle is as wide as the
    /// step, cut off at the border of the image and scaled to a sum of one. Where it does not become
    /// coarser, the same as [`Self::Linear`].
    ///
    /// # Source
    /// Pillow's `BILINEAR` and PyTorch's `antialias=True`, without their rounding.
    LinearAntialiased,
    /// The interpolating cubic B-spline, mirrored about the outermost centres (order 3 in SciPy,
    /// `sitkBSpline` in SimpleITK). Passes through every pixel; overshoots at edges.
    ///
    /// # Source
    /// Unser, Aldroubi and Eden 1993, B-spline signal processing.
    Cubic,
    /// Cubic convolution with parameter -0.75, the border value repeated outside (`INTER_CUBIC` in
    /// OpenCV, `bicubic` in PyTorch). Passes through every pixel; overshoots at edges.
    ///
    /// # Source
    /// Keys 1981, with the parameter that OpenCV uses instead of his -0.5.
    CubicConvolution,
}
