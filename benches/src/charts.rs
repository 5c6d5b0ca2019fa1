//! The charts of `docs/BENCHMARKS.md`: lines over a logarithmic scale, as SVG.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// A line of a chart.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its name.
    pub name: String,
    /// Its points, from left to right.
    pub points: Vec<(f64, f64)>,
    /// Whether it is the one that matters.
    pub is_ours: bool,
}

/// A chart with logarithmic axes.
#[derive(Debug, Clone)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// What is below the horizontal axis.
    pub across: String,
    /// What is beside the vertical axis.
    pub up: String,
    /// The lines.
    pub lines: Vec<Line>,
}

/// Colours that can be told apart, also by those who see few of them (Okabe and Ito).
const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(230, 159, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(120, 120, 120),
    RGBColor(148, 103, 40),
    RGBColor(110, 80, 180),
];
const OURS: RGBColor = RGBColor(213, 94, 0);

const SIZE: (u32, u32) = (860, 460);
/// Room for the names at the right.
const NAMES: u32 = 215;

impl Chart {
    /// Writes the chart; nothing if it has no points.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        if points().next().is_none() {
            return Ok(());
        }
        let x = range(points().map(|point| point.0), 1.0);
        let y = range(points().map(|point| point.1), 1.25);
        let mut svg = String::new();
        self.draw(&mut svg, x, y).map_err(|problem| anyhow!("can't draw {}: {problem}", path.display()))?;
        std::fs::write(path, svg).with_context(|| format!("can't write {}", path.display()))
    }

    fn draw(&self, svg: &mut String, x: (f64, f64), y: (f64, f64)) -> Result<(), Box<dyn std::error::Error>> {
        let root = SVGBackend::with_string(svg, SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        let (left, right) = root.split_horizontally(SIZE.0 - NAMES);
        let mut chart = ChartBuilder::on(&left)
            .caption(&self.title, ("sans-serif", 17))
            .margin(10)
            .margin_right(2)
            .x_label_area_size(42)
            .y_label_area_size(64)
            .build_cartesian_2d((x.0..x.1).log_scale(), (y.0..y.1).log_scale())?;
        chart
            .configure_mesh()
            .x_desc(&self.across)
            .y_desc(&self.up)
            .x_label_formatter(&|value| short(*value))
            .y_label_formatter(&|value| short(*value))
            .label_style(("sans-serif", 13))
            .axis_desc_style(("sans-serif", 14))
            .light_line_style(RGBColor(240, 240, 240))
            .bold_line_style(RGBColor(215, 215, 215))
            .draw()?;
        for (line, colour) in self.coloured() {
            let width = if line.is_ours { 3 } else { 2 };
            chart.draw_series(LineSeries::new(line.points.iter().copied(), colour.stroke_width(width)))?;
            let dots = line.points.iter().map(|&point| Circle::new(point, width + 1, colour.filled()));
            chart.draw_series(dots)?;
        }
        self.names(&right, y)?;
        root.present()?;
        Ok(())
    }

    /// The lines' names beside their right ends, moved apart where they would overlap.
    fn names(
        &self,
        area: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
        y: (f64, f64),
    ) -> Result<(), Box<dyn std::error::Error>> {
        // Where the plot begins and ends, given the sizes above.
        let (top, bottom) = (10.0 + 26.0, f64::from(SIZE.1) - 10.0 - 42.0);
        let place = |value: f64| bottom - (value / y.0).ln() / (y.1 / y.0).ln() * (bottom - top);
        let mut ends: Vec<(f64, &Line, RGBColor)> = self
            .coloured()
            .filter_map(|(line, colour)| Some((place(line.points.last()?.1), line, colour)))
            .collect();
        ends.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut lowest = 0.0f64;
        for (end, line, colour) in ends {
            let end = end.max(lowest + 17.0);
            lowest = end;
            let size = if line.is_ours { 15 } else { 14 };
            let style =
                ("sans-serif", size).into_font().color(&colour).pos(Pos::new(HPos::Left, VPos::Center));
            area.draw(&Text::new(line.name.clone(), (8, end as i32), style))?;
        }
        Ok(())
    }

    fn coloured(&self) -> impl Iterator<Item = (&Line, RGBColor)> {
        let mut others = COLOURS.iter().copied().cycle();
        self.lines.iter().map(move |line| {
            let colour = if line.is_ours { OURS } else { others.next().unwrap_or(BLACK) };
            (line, colour)
        })
    }
}

/// The range of values, with some room around them.
fn range(values: impl Iterator<Item = f64>, room: f64) -> (f64, f64) {
    let (low, high) =
        values.fold((f64::INFINITY, 0.0f64), |(low, high), value| (low.min(value), high.max(value)));
    let low = low.max(1e-9);
    (low / room, (high * room).max(low * 1.1))
}

/// A number in few letters.
fn short(value: f64) -> String {
    match value {
        1e6.. => format!("{}M", trim(value / 1e6)),
        1e3.. => format!("{}k", trim(value / 1e3)),
        _ => trim(value),
    }
}

fn trim(value: f64) -> String {
    if value >= 1.0 || value == 0.0 {
        format!("{}", (value * 10.0).round() / 10.0)
    } else {
        format!("{value:.0e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_is_svg_with_every_name_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let line =
            |name: &str, is_ours| Line { name: name.into(), points: vec![(1e3, 5.0), (1e6, 50.0)], is_ours };
        let chart = Chart {
            title: "A title".into(),
            across: "pages".into(),
            up: "ns".into(),
            lines: vec![line("we", true), line("they", false)],
        };
        let path = folder.path().join("chart.svg");
        chart.write(&path).unwrap();
        let svg = std::fs::read_to_string(path).unwrap();
        assert!(svg.starts_with("<svg") && svg.contains("they") && svg.contains("100k"), "{svg}");
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([1.0, 1500.0, 1e7, 0.001].map(short), ["1", "1.5k", "10M", "1e-3"]);
    }
}
