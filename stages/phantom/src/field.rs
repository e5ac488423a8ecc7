//! Smooth random fields: what varies slowly over an image without a shape.

use crate::draw::Draw;

/// Random values on a coarse lattice over the unit cube, joined smoothly.
pub(crate) struct SmoothField {
    cells: [usize; 3],
    values: Vec<f64>,
}

impl SmoothField {
    /// A field with this many cells along each axis (at least 1).
    pub(crate) fn new(draw: &mut Draw, cells: [usize; 3]) -> Self {
        let nodes: usize = cells.iter().map(|count| count + 1).product();
        Self { cells, values: (0..nodes).map(|_| draw.spread(1.0)).collect() }
    }

    /// The value at a point of the unit cube, between -1 and 1; points outside are clamped.
    pub(crate) fn at(&self, point: [f64; 3]) -> f64 {
        let mut node = [0; 3];
        let mut weight = [0.0; 3];
        for axis in 0..3 {
            let cells = self.cells[axis];
            let at = point[axis].clamp(0.0, 1.0) * cells as f64;
            node[axis] = (at as usize).min(cells - 1);
            let t = at - node[axis] as f64;
            // Level at the nodes, so that the field has no creases.
            weight[axis] = t * t * (3.0 - 2.0 * t);
        }
        let (stride_y, stride_z) = (self.cells[0] + 1, (self.cells[0] + 1) * (self.cells[1] + 1));
        let base = node[0] + node[1] * stride_y + node[2] * stride_z;
        let mix = |a: f64, b: f64, t: f64| a + t * (b - a);
        let row = |offset: usize| {
            mix(self.values[base + offset], self.values[base + offset + 1], weight[0])
        };
        let plane = |offset: usize| mix(row(offset), row(offset + stride_y), weight[1]);
        mix(plane(0), plane(stride_z), weight[2])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_through_its_nodes_and_stays_between_them() {
        let field = SmoothField::new(&mut Draw::new(3, "field"), [2, 3, 1]);
        // Nodes are 3 x 4 x 2, x fastest; node (1, 2, 1) lies at (1/2, 2/3, 1).
        let node = field.values[1 + 2 * 3 + 12];
        assert!((field.at([0.5, 2.0 / 3.0, 1.0]) - node).abs() < 1e-12);
        // Halfway between two nodes of an edge is their mean.
        let mean = f64::midpoint(field.values[0], field.values[1]);
        assert!((field.at([0.25, 0.0, 0.0]) - mean).abs() < 1e-12);
        assert_eq!(field.at([-5.0, -5.0, -5.0]), field.values[0]);
        assert_eq!(field.at([9.0, 9.0, 9.0]), *field.values.last().unwrap());
    }
}
