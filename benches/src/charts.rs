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

/// What the vertical axis counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// As many as there are.
    Number,
    /// Seconds, shown in the unit that fits.
    Seconds,
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
    /// And what that counts.
    pub unit: Unit,
    /// The lines.
    pub lines: Vec<Line>,
}

/// Colours that can be told apart, also by those who see few of them (after Okabe and Ito), dark enough to be read on white.
const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 104, 168),
    RGBColor(178, 118, 0),
    RGBColor(0, 138, 100),
    RGBColor(190, 90, 145),
    RGBColor(30, 140, 200),
    RGBColor(105, 105, 105),
    RGBColor(128, 84, 30),
    RGBColor(100, 70, 175),
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
            .build_cartesian_2d(
                (x.0..x.1).log_scale().with_key_points(marks(x)),
                (y.0..y.1).log_scale().with_key_points(marks(y)),
            )?;
        let unit = self.unit;
        chart
            .configure_mesh()
            .x_desc(&self.across)
            .y_desc(&self.up)
            .x_label_formatter(&|value| short(*value))
            .y_label_formatter(&|value| if unit == Unit::Seconds { time(*value) } else { short(*value) })
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
        // Down from the top where they are too near, then up again from the bottom.
        let mut free = 0.0f64;
        for end in &mut ends {
            end.0 = end.0.max(free);
            free = end.0 + 17.0;
        }
        let mut free = f64::from(SIZE.1) - 12.0;
        for end in ends.iter_mut().rev() {
            end.0 = end.0.min(free);
            free = end.0 - 17.0;
        }
        let furthest = self.lines.iter().filter_map(|line| Some(line.points.last()?.0)).fold(0.0, f64::max);
        for (end, line, colour) in ends {
            let last = line.points.last().map_or(0.0, |point| point.0);
            let until = if last < furthest { format!(" (to {})", short(last)) } else { String::new() };
            let size = if line.is_ours { 15 } else { 14 };
            let style =
                ("sans-serif", size).into_font().color(&colour).pos(Pos::new(HPos::Left, VPos::Center));
            area.draw(&Text::new(format!("{}{until}", line.name), (8, end as i32), style))?;
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

/// Where an axis is labelled: at powers of ten if there are three or more in its range, else at 1, 2 and 5 of each.
fn marks((low, high): (f64, f64)) -> Vec<f64> {
    let decades = (low.log10().floor() as i32)..=(high.log10().ceil() as i32);
    let within = |steps: &'static [f64]| {
        let all = decades.clone().flat_map(|decade| steps.iter().map(move |step| step * 10f64.powi(decade)));
        all.filter(|mark| (low * 0.999..=high * 1.001).contains(mark)).collect::<Vec<_>>()
    };
    let powers = within(&[1.0]);
    if powers.len() >= 3 { powers } else { within(&[1.0, 2.0, 5.0]) }
}

/// A number in few letters.
fn short(value: f64) -> String {
    match value {
        1e6.. => format!("{}M", trim(value / 1e6)),
        1e3.. => format!("{}k", trim(value / 1e3)),
        _ => trim(value),
    }
}

/// A time in few letters.
fn time(seconds: f64) -> String {
    match seconds {
        0.9999.. => format!("{} s", trim(seconds)),
        0.000_999.. => format!("{} ms", trim(seconds * 1e3)),
        _ => format!("{} µs", trim(seconds * 1e6)),
    }
}

fn trim(value: f64) -> String {
    format!("{}", (value * 10.0).round() / 10.0)
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
            unit: Unit::Number,
            lines: vec![line("we", true), line("they", false)],
        };
        let path = folder.path().join("chart.svg");
        chart.write(&path).unwrap();
        let svg = std::fs::read_to_string(path).unwrap();
        assert!(svg.starts_with("<svg") && svg.contains("they") && svg.contains("100k"), "{svg}");
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([1.0, 1500.0, 1e7].map(short), ["1", "1.5k", "10M"]);
        assert_eq!([0.00002, 0.001, 0.5, 20.0].map(time), ["20 µs", "1 ms", "500 ms", "20 s"]);
    }

    #[test]
    fn an_axis_has_few_marks() {
        assert_eq!(marks((1e3, 1e6)), [1e3, 1e4, 1e5, 1e6]);
        assert_eq!(marks((1e3, 1.2e4)), [1e3, 2e3, 5e3, 1e4]);
    }
}
