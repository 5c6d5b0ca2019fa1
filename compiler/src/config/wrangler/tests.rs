use std::error::Error;

use super::*;
use crate::config::Position;

fn jsonc(text: &str) -> Result<Wrangler, ConfigError> {
    parse(text, Format::Jsonc)
}

fn toml(text: &str) -> Result<Wrangler, ConfigError> {
    parse(text, Format::Toml)
}

/// The whole chain of messages, as the command line prints it.
fn message(result: Result<Wrangler, ConfigError>) -> String {
    let error = result.unwrap_err();
    error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}

fn warnings(result: Result<Wrangler, ConfigError>) -> Vec<String> {
    result.unwrap().warnings.iter().map(ConfigWarning::to_string).collect()
}

const JSONC: &str = r#"{
  "$schema": "node_modules/wrangler/config-schema.json",
  // the site
  "name": "site",
  "main": "src/index.ts",
  "compatibility_date": "2025-07-21",
  "compatibility_flags": ["nodejs_compat"],
  "assets": {
    "directory": "./dist", /* built */
    "binding": "ASSETS",
    "html_handling": "drop-trailing-slash",
    "not_found_handling": "404-page",
    "run_worker_first": ["/api/*", "!/api/docs/*"],
  },
}"#;

const TOML: &str = r#"
name = "site" # the site
main = "src/index.ts"
compatibility_date = "2025-07-21"
compatibility_flags = ["nodejs_compat"]

[assets]
directory = "./dist"
binding = "ASSETS"
html_handling = "drop-trailing-slash"
not_found_handling = "404-page"
run_worker_first = ["/api/*", "!/api/docs/*"]
"#;

#[test]
fn every_value_is_read_from_both_notations() {
    let expected = Wrangler {
        assets_directory: Some("./dist".to_owned()),
        html_handling: Some(HtmlHandling::DropTrailingSlash),
        not_found_handling: Some(NotFoundHandling::Page404),
        compatibility_date: Some("2025-07-21".to_owned()),
        compatibility_flags: vec!["nodejs_compat".to_owned()],
        main: Some("src/index.ts".to_owned()),
        run_worker_first: Some(RunWorkerFirst::Rules(vec!["/api/*".to_owned(), "!/api/docs/*".to_owned()])),
        assets_binding: Some("ASSETS".to_owned()),
        has_assets: true,
        pages_build_output_dir: None,
        warnings: Vec::new(),
    };
    assert_eq!(jsonc(JSONC).unwrap(), expected);
    assert_eq!(toml(TOML).unwrap(), expected);
    assert_eq!(toml(&TOML.replace('\n', "\r\n")).unwrap(), expected);
}

#[test]
fn byte_order_mark_is_skipped() {
    assert_eq!(jsonc(&format!("\u{feff}{JSONC}")).unwrap(), jsonc(JSONC).unwrap());
    assert_eq!(toml(&format!("\u{feff}{TOML}")).unwrap(), toml(TOML).unwrap());
}

#[test]
fn empty_configuration_sets_nothing() {
    assert_eq!(jsonc("{}").unwrap(), Wrangler::default());
    assert_eq!(toml("").unwrap(), Wrangler::default());
    let empty_assets = jsonc(r#"{"assets": {}}"#).unwrap();
    assert_eq!(empty_assets, Wrangler { has_assets: true, ..Wrangler::default() });
}

#[test]
fn platform_is_pages_with_a_build_output_directory() {
    assert_eq!(toml("pages_build_output_dir = 'dist'").unwrap().platform(), Platform::Pages);
    assert_eq!(jsonc(JSONC).unwrap().platform(), Platform::Workers);
    assert_eq!(jsonc("{}").unwrap().platform(), Platform::Workers);
}

#[test]
fn syntax_error_carries_line_and_column() {
    let errors = [jsonc("{\n  \"main\": \"a\"\n  \"env\": {}\n}"), toml("main = 'a'\nenv = = 1\n")];
    for (error, line) in errors.into_iter().zip([2, 2]) {
        match error.unwrap_err() {
            ConfigError::Syntax { at, message } => {
                assert_eq!(at.line, line, "{message}");
                assert!(message.starts_with(char::is_lowercase), "{message}");
            }
            other => panic!("unexpected {other:?}"),
        }
    }
}

#[test]
fn json_keeps_to_json_but_for_comments_and_trailing_commas() {
    for text in ["", "// only this", "{'main': 'a'}", "{main: \"a\"}", "{\"a\": 0x1}", "{} {}", "{\"a\": +1}"]
    {
        assert!(matches!(jsonc(text), Err(ConfigError::Syntax { .. })), "{text}");
    }
    assert_eq!(message(jsonc("\n[1]")), "line 2, column 1: `the whole file` must be an object, not an array");
}

#[test]
fn unknown_value_lists_the_allowed_ones() {
    assert_eq!(
        message(jsonc("{\n  \"assets\": {\"html_handling\": \"trailing-slash\"}}")),
        "line 2, column 31: unknown value `trailing-slash` for `assets.html_handling`; \
         allowed: auto-trailing-slash, force-trailing-slash, drop-trailing-slash, none"
    );
    assert_eq!(
        message(toml("[assets]\nnot_found_handling = '404'")),
        "line 2, column 22: unknown value `404` for `assets.not_found_handling`; \
         allowed: none, 404-page, single-page-application"
    );
}

#[test]
fn wrong_type_says_which_is_needed() {
    let cases = [
        (r#"{"assets": "./dist"}"#, r#"`assets` must be an object, not the string "./dist""#),
        (r#"{"assets": {"directory": 3}}"#, "`assets.directory` must be a string, not the number 3"),
        (r#"{"assets": {"html_handling": null}}"#, "`assets.html_handling` must be a string, not null"),
        (r#"{"assets": {"binding": true}}"#, "`assets.binding` must be a string, not true"),
        (
            r#"{"assets": {"run_worker_first": "/api/*"}}"#,
            r#"`assets.run_worker_first` must be true, false or an array of strings, not the string "/api/*""#,
        ),
        (
            r#"{"assets": {"run_worker_first": ["/a", 1]}}"#,
            "`assets.run_worker_first[1]` must be a string, not the number 1",
        ),
        (r#"{"main": []}"#, "`main` must be a string, not an array"),
        (
            r#"{"compatibility_flags": "a"}"#,
            r#"`compatibility_flags` must be an array of strings, not the string "a""#,
        ),
        (r#"{"pages_build_output_dir": {}}"#, "`pages_build_output_dir` must be a string, not an object"),
        (r#"{"env": []}"#, "`env` must be an object, not an array"),
    ];
    for (text, expected) in cases {
        let message = message(jsonc(text));
        assert!(message.starts_with("line 1, column ") && message.ends_with(expected), "{message}");
    }
    assert_eq!(message(toml("\n[[assets]]")), "line 2, column 1: `assets` must be a table, not an array");
}

#[test]
fn compatibility_date_is_an_existing_day_in_quotes() {
    for date in ["2025-07-21", "2024-02-29", "2000-02-29", "2025-12-31"] {
        let config = toml(&format!("compatibility_date = '{date}'")).unwrap();
        assert_eq!(config.compatibility_date.as_deref(), Some(date));
    }
    let wrong = ["", "2025", "2025-7-21", "2025-07-21T00:00Z", "2025–07–21", "2025-13-01", "2025-00-10"];
    for date in
        wrong.into_iter().chain(["2025-02-29", "1900-02-29", "2025-04-31", "2025-04-00", "+025-04-01"])
    {
        let error = toml(&format!("compatibility_date = '{date}'"));
        assert!(matches!(error, Err(ConfigError::InvalidDate { .. })), "{date}");
    }
    assert_eq!(
        message(toml("compatibility_date = 2025-07-21")),
        "line 1, column 22: `compatibility_date` must be a string, not the date 2025-07-21 without quotes"
    );
}

#[test]
fn run_worker_first_is_a_switch_or_a_valid_list() {
    let first = |text: &str| jsonc(&format!(r#"{{"main": "a", "assets": {{"run_worker_first": {text}}}}}"#));
    assert_eq!(first("true").unwrap().run_worker_first, Some(RunWorkerFirst::Bool(true)));
    assert_eq!(first("false").unwrap().run_worker_first, Some(RunWorkerFirst::Bool(false)));
    assert_eq!(
        message(first("[]")),
        "line 1, column 46: cannot use `assets.run_worker_first`: \
         `run_worker_first` lists no rule; give at least one, or remove it"
    );
    assert_eq!(
        message(first("[\"/a\",\n \"api\"]")),
        "line 2, column 2: cannot use `assets.run_worker_first`: \
         invalid rules in `run_worker_first`: `api` must begin with `/` or `!/`"
    );
}

#[test]
fn misspelt_key_is_pointed_to_and_corrected() {
    let text = r#"{
  "asset": {},
  "compatibilityDate": "2025-01-01",
  "assets": {
    "html_handlng": "none",
    "notFoundHandling": "none",
    "not-found-handing": "none",
    "run_worker_frist": true,
    "dirctory": "dist"
  }
}"#;
    let expected = [
        "line 2, column 3: unknown key `asset`; did you mean `assets`?",
        "line 3, column 3: unknown key `compatibilityDate`; did you mean `compatibility_date`?",
        "line 5, column 5: unknown key `assets.html_handlng`; did you mean `assets.html_handling`?",
        "line 6, column 5: unknown key `assets.notFoundHandling`; did you mean `assets.not_found_handling`?",
        "line 7, column 5: unknown key `assets.not-found-handing`; did you mean `assets.not_found_handling`?",
        "line 8, column 5: unknown key `assets.run_worker_frist`; did you mean `assets.run_worker_first`?",
        "line 9, column 5: unknown key `assets.dirctory`; did you mean `assets.directory`?",
    ];
    assert_eq!(warnings(jsonc(text)), expected);
    let toml_text =
        "pages_build_output_directory = 'dist'\n\n[env.next.assets]\nhtmlHandling = 'none'\n[env.next]\n";
    assert_eq!(
        warnings(parse_env(toml_text, Format::Toml, Some("next"))),
        [
            "line 1, column 1: unknown key `pages_build_output_directory`; did you mean `pages_build_output_dir`?",
            "line 4, column 1: unknown key `env.next.assets.htmlHandling`; \
             did you mean `env.next.assets.html_handling`?",
        ]
    );
}

#[test]
fn misplaced_key_is_pointed_to_its_place() {
    assert_eq!(
        warnings(toml("html_handling = 'none'\n[assets]\ndirectory = 'd'\nmain = 'a.js'\nname = 'x'\n")),
        [
            "line 1, column 1: unknown key `html_handling`; did you mean `assets.html_handling`?",
            "line 4, column 1: unknown key `assets.main`; did you mean `main`?",
            "line 5, column 1: unknown key `assets.name`",
        ]
    );
    let text = r#"{"env": {"a": {"pages_build_output_dir": "d", "assets": {"main": "x"}}}}"#;
    assert_eq!(
        warnings(parse_env(text, Format::Jsonc, Some("a"))),
        [
            "line 1, column 16: unknown key `env.a.pages_build_output_dir`; did you mean `pages_build_output_dir`?",
            "line 1, column 58: unknown key `env.a.assets.main`; did you mean `env.a.main`?",
        ]
    );
}

#[test]
fn keys_of_wrangler_that_do_not_matter_are_passed_over() {
    let keys = "name account_id alias ai ai_search analytics_engine_datasets base_dir browser build cache \
        cloudchamber compliance_region containers d1_databases define dev dispatch_namespaces durable_objects \
        first_party_worker find_additional_modules hyperdrive images jsx_factory jsx_fragment keep_vars \
        kv_namespaces limits logfwdr logpush media migrations minify mtls_certificates no_bundle node_compat \
        observability pipelines placement preserve_file_names preview_urls previews python_modules queues \
        r2_buckets ratelimits route routes rules secrets secrets_store_secrets send_email send_metrics services \
        site stream streaming_tail_consumers tail_consumers text_blobs triggers tsconfig unsafe unsafe_hello_world \
        upload_source_maps usage_model vars vectorize version_metadata vpc_services vpc_networks wasm_modules \
        worker_loaders workers_dev workflows data_blobs exports";
    let members: Vec<_> = keys.split_whitespace().map(|key| format!("{key:?}: 1")).collect();
    assert_eq!(warnings(jsonc(&format!("{{{}}}", members.join(",")))), [""; 0]);
}

#[test]
fn repeated_json_key_counts_the_last_time() {
    let config = jsonc("{\"main\": \"a\",\n\"main\": \"b\"}").unwrap();
    assert_eq!(config.main.as_deref(), Some("b"));
    let at = Position { line: 2, column: 1 };
    assert_eq!(config.warnings, [ConfigWarning::RepeatedKey { at, key: "main".to_owned() }]);
}

#[test]
fn pages_project_refuses_the_keys_of_a_worker() {
    let text = "pages_build_output_dir = 'dist'\n\n[assets]\ndirectory = 'dist'\n";
    match toml(text).unwrap_err() {
        ConfigError::PagesAndWorker { at, key, pages_at } => {
            assert_eq!((at.line, key.as_str(), pages_at.line), (3, "assets", 1));
        }
        other => panic!("unexpected {other:?}"),
    }
    let in_environment = r#"{"pages_build_output_dir": "d", "env": {"preview": {"main": "a.js"}}}"#;
    assert!(jsonc(in_environment).is_ok());
    let error = parse_env(in_environment, Format::Jsonc, Some("preview")).unwrap_err();
    assert!(matches!(error, ConfigError::PagesAndWorker { key, .. } if key == "env.preview.main"));
}

#[test]
fn keys_that_need_a_worker_are_pointed_to_without_one() {
    let text = "[assets]\nbinding = 'A'\nrun_worker_first = true\n";
    assert_eq!(
        warnings(toml(text)),
        [
            "line 2, column 1: wrangler refuses `assets.binding` without a Worker script; \
             set `main`, or remove `assets.binding`",
            "line 3, column 1: wrangler refuses `assets.run_worker_first` without a Worker script; \
             set `main`, or remove `assets.run_worker_first`",
        ]
    );
    assert_eq!(warnings(toml(&format!("main = 'a.js'\n{text}"))), [""; 0]);
    assert_eq!(warnings(toml("[assets]\nrun_worker_first = false\n")), [""; 0]);
}

const ENVIRONMENTS: &str = r#"{
  "main": "top.js",
  "compatibility_date": "2025-01-01",
  "compatibility_flags": ["a"],
  "assets": {"directory": "top", "html_handling": "none"},
  "env": {
    "staging": {"assets": {"directory": "staging"}, "compatibility_flags": []},
    "next": {"main": "next.js", "compatibility_date": "2025-06-01"}
  }
}"#;

#[test]
fn environment_overrides_what_it_has_and_inherits_the_rest() {
    let in_env = |env| parse_env(ENVIRONMENTS, Format::Jsonc, Some(env)).unwrap();
    let staging = in_env("staging");
    assert_eq!(staging.assets_directory.as_deref(), Some("staging"));
    assert_eq!(staging.html_handling, None, "`assets` is replaced as a whole");
    assert_eq!(staging.main.as_deref(), Some("top.js"));
    assert_eq!(staging.compatibility_flags, [""; 0]);
    let next = in_env("next");
    assert_eq!(next.assets_directory.as_deref(), Some("top"));
    assert_eq!(next.main.as_deref(), Some("next.js"));
    assert_eq!(next.compatibility_date.as_deref(), Some("2025-06-01"));
    assert_eq!(next.compatibility_flags, ["a"]);
    assert_eq!(in_env(""), jsonc(ENVIRONMENTS).unwrap());
}

#[test]
fn toml_environment_is_read_from_its_tables() {
    let text = "main = 'top.js'\n[env.next]\ncompatibility_date = '2025-06-01'\n\
                [env.next.assets]\ndirectory = 'n'\n";
    let next = parse_env(text, Format::Toml, Some("next")).unwrap();
    assert_eq!(next.assets_directory.as_deref(), Some("n"));
    assert_eq!(next.main.as_deref(), Some("top.js"));
    assert_eq!(next.compatibility_date.as_deref(), Some("2025-06-01"));
}

#[test]
fn unknown_environment_lists_those_that_exist() {
    assert_eq!(
        message(parse_env(ENVIRONMENTS, Format::Jsonc, Some("prod"))),
        "no environment `prod`; the file defines: staging, next"
    );
    assert_eq!(
        message(parse_env("{}", Format::Jsonc, Some("prod"))),
        "no environment `prod`; the file defines none; add it under `env`, or leave out the name"
    );
}

#[test]
fn pages_project_always_has_production_and_preview() {
    let text = "pages_build_output_dir = 'd'";
    assert_eq!(parse_env(text, Format::Toml, Some("preview")).unwrap(), toml(text).unwrap());
    assert!(parse_env(text, Format::Toml, Some("staging")).is_err());
}

#[test]
fn notation_follows_from_the_extension() {
    assert_eq!(Format::of_path(Path::new("a/wrangler.json")), Some(Format::Jsonc));
    assert_eq!(Format::of_path(Path::new("wrangler.jsonc")), Some(Format::Jsonc));
    assert_eq!(Format::of_path(Path::new("wrangler.toml")), Some(Format::Toml));
    assert_eq!(Format::of_path(Path::new("wrangler.yaml")), None);
    assert_eq!(Format::of_path(Path::new("json")), None);
}
