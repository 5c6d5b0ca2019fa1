//! Answers the request targets that are given as arguments.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut status = ExitCode::SUCCESS;
    for target in std::env::args().skip(1) {
        match compiled_in::answer(&target) {
            Ok(answer) => println!("{target}: {answer}"),
            Err(error) => {
                eprintln!("{target}: {error}");
                status = ExitCode::FAILURE;
            }
        }
    }
    status
}
