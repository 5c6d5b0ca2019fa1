//! The latencies as a chart: time over quantile, a line for each kind of requests.

use std::path::Path;

use anyhow::{Context, anyhow};
use plotters::prelude::*;

use super::report::{Report, Row};

/// Colours that can be told apart, also by those who see few of them (Okabe and Ito).
const COLOURS: [RGBColor; 4] =
    [RGBColor(0, 114, 178), RGBColor(230, 159, 0), RGBColor(0, 158, 115), RGBColor(213, 94, 0)];

/// Quantiles as how many look-ups in so many are slower: one in two, one in ten, ...
const ONE_IN: std::ops::RangeInclusive<u32> = 0..=40;

/// Writes the chart as SVG.
///
/// # Errors
/// The file can't be written.
pub(super) fn write(report: &Report<'_>, path: &Path) -> anyhow::Result<()> {
    let mut svg = String::new();
    draw(report, &mut svg).map_err(|problem| anyhow!("the chart can't be drawn: {problem}"))?;
    std::fs::write(path, svg).with_context(|| format!("cannot write {}", path.display()))
}

fn draw(report: &Report<'_>, svg: &mut String) -> Result<(), Box<dyn std::error::Error>> {
    let lines: Vec<(&Row, Vec<(f64, f64)>)> = report.rows.iter().map(|row| (row, points(row))).collect();
    let values = || lines.iter().flat_map(|(_, points)| points.iter().map(|point| point.1));
    let low = values().fold(f64::INFINITY, f64::min).clamp(1.0, 1e9);
    let high = values().fold(low * 2.0, f64::max);
    let root = SVGBackend::with_string(svg, (800, 440)).into_drawing_area();
    root.fill(&WHITE)?;
    let title =
        format!("Look-ups, start to end: {}", report.path.file_name().unwrap_or_default().to_string_lossy());
    let mut chart = ChartBuilder::on(&root)
        .caption(title, ("sans-serif", 17))
        .margin(12)
        .margin_right(26)
        .x_label_area_size(42)
        .y_label_area_size(64)
        .build_cartesian_2d((1.0..10_000.0).log_scale(), (low * 0.8..high * 1.25).log_scale())?;
    chart
        .configure_mesh()
        .x_desc("one look-up in so many is slower")
        .y_desc("nanoseconds")
        .x_label_formatter(&|value| format!("{value:.0}"))
        .y_label_formatter(&|value| format!("{value:.0}"))
        .label_style(("sans-serif", 13))
        .light_line_style(RGBColor(240, 240, 240))
        .bold_line_style(RGBColor(215, 215, 215))
        .draw()?;
    for ((row, points), colour) in lines.iter().zip(COLOURS.iter().cycle()) {
        chart
            .draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(2)))?
            .label(&row.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE)
        .border_style(RGBColor(215, 215, 215))
        .label_font(("sans-serif", 14))
        .draw()?;
    root.present()?;
    Ok(())
}

/// For one in 1 to one in 10,000: the latency that so many exceed.
fn points(row: &Row) -> Vec<(f64, f64)> {
    ONE_IN
        .map(|step| {
            let one_in = 10f64.powf(f64::from(step) / 10.0);
            let value = row.start_to_end.histogram.value_at_quantile(1.0 - 1.0 / one_in);
            (one_in, value as f64)
        })
        .collect()
}
