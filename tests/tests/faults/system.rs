//! Faults that need the system's help: a full disk, a folder that is read-only, a user without permissions, a file that fails
//! when it is read. They are made in a mount namespace, or as another user; where the system allows neither, the test says so.
#![cfg(target_os = "linux")]

use std::os::unix::fs::PermissionsExt;

use super::*;

/// Runs a shell script that may mount, seen by nobody else; `None`, with the reason, where that is not allowed.
/// `$0` is the command, `$1` the old site, `$2` the new one, `$3` the folder of the manifest.
fn with_mounts(place: &Place, script: &str) -> Option<Output> {
    let namespace = || {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "--"]).stdin(Stdio::null());
        command
    };
    let works = namespace().args(["sh", "-c", "mount -t tmpfs none /tmp"]).output();
    if !works.is_ok_and(|tried| tried.status.success()) {
        println!("left out: this system lets nobody mount a file system of their own");
        return None;
    }
    let out = place.output.parent().unwrap();
    let mut command = namespace();
    command.args(["sh", "-ec", script]).arg(binary()).args([&place.dists[0], &place.dists[1]]).arg(out);
    Some(command.output().unwrap())
}

/// What a script printed, after its end without a failed step.
#[track_caller]
fn printed(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout) + &text(&output.stderr)
}

/// The script's end: compiles the new site, which must fail, and holds the manifest against the old one.
const FAILS_AND_KEEPS_THE_OLD: &str = r#"
    "$0" compile --quiet "$2" -o "$3/site.trailmark" && exit 9 || test $? -eq 2
    "$0" verify "$3/site.trailmark" --dist "$1"
    test "$(ls -A "$3" | grep -v '^site.trailmark.cache$')" = site.trailmark
"#;

#[test]
fn a_full_disk_changes_nothing_and_leaves_nothing() {
    let place = place(300);
    let (expected, _) = place.expected();
    // Room for one manifest and a half.
    let size = expected[0].len() * 3 / 2;
    let script = format!(
        "mount -t tmpfs -o size={size} none \"$3\"\n\"$0\" compile --quiet \"$1\" -o \"$3/site.trailmark\"\n"
    );
    let Some(output) = with_mounts(&place, &(script + FAILS_AND_KEEPS_THE_OLD)) else { return };
    let said = printed(&output);
    assert!(said.contains("No space left") && said.contains("nothing was changed"), "{said}");
}

#[test]
fn a_read_only_folder_is_an_error_before_the_work_and_changes_nothing() {
    let place = place(3);
    let script = r#"
        mount -t tmpfs none "$3"
        "$0" compile --quiet "$1" -o "$3/site.trailmark"
        mount -o remount,ro "$3"
    "#;
    let Some(output) = with_mounts(&place, &(script.to_owned() + FAILS_AND_KEEPS_THE_OLD)) else { return };
    let said = printed(&output);
    assert!(said.contains("no file can be created") && said.contains("read-only"), "{said}");
}

#[test]
fn a_file_that_fails_when_it_is_read_is_an_error_that_names_it() {
    let place = place(3);
    // Nothing lies at the beginning of a process's memory, so reading from there fails.
    let script = r#"
        mount --bind "/proc/$$/mem" "$1/1/1/index.html"
        exec "$0" compile --quiet "$1" -o "$3/site.trailmark"
    "#;
    let Some(output) = with_mounts(&place, script) else { return };
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("cannot read") && message.contains("1/1/index.html"), "{message}");
    assert_eq!(place.litter(), Vec::<PathBuf>::new());
}

/// The command with arguments, as a user whom permissions bind: root runs it as nobody. `None` where that can't be done.
fn as_mere_user(place: &Place) -> Option<Command> {
    let root = place.output.parent().unwrap().parent().unwrap();
    fs::set_permissions(root, fs::Permissions::from_mode(0o755)).unwrap();
    // A copy, since the path to the one that was built may be closed to others.
    let copy = root.join("trailmark");
    fs::copy(binary(), &copy).unwrap();
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).unwrap();
    let probe = root.join("probe");
    fs::write(&probe, "").unwrap();
    fs::set_permissions(&probe, fs::Permissions::from_mode(0o000)).unwrap();
    let is_bound = fs::File::open(&probe).is_err();
    fs::remove_file(&probe).unwrap();
    if is_bound {
        return Some(Command::new(copy));
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups", "--"]).arg(copy);
    let mut probe = Command::new("setpriv");
    probe.args(command.get_args()).arg("--version");
    if !probe.output().is_ok_and(|tried| tried.status.success()) {
        println!("left out: permissions do not bind this user, and it can't become another one");
        return None;
    }
    Some(command)
}

#[test]
fn what_permissions_forbid_is_an_error_that_names_it_and_changes_nothing() {
    let place = place(20);
    let (expected, _) = place.expected();
    let (dist, out) = (&place.dists[0], place.output.parent().unwrap());
    let (file, folder) = (dist.join("3/13/index.html"), dist.join("3/13"));
    for (forbidden, mode, named) in [
        (file.as_path(), 0o000, file.as_path()),
        (folder.as_path(), 0o000, folder.as_path()),
        (dist.as_path(), 0o000, dist.as_path()),
        (out, 0o555, place.output.as_path()),
    ] {
        let Some(mut command) = as_mere_user(&place) else { return };
        let before = fs::metadata(forbidden).unwrap().permissions();
        // The user may write here, unless it is this folder that is forbidden.
        fs::set_permissions(out, fs::Permissions::from_mode(0o777)).unwrap();
        fs::set_permissions(forbidden, fs::Permissions::from_mode(mode)).unwrap();
        let output =
            command.args(["compile", "--quiet"]).arg(dist).arg("-o").arg(&place.output).output().unwrap();
        fs::set_permissions(forbidden, before).unwrap();
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{}: {message}", forbidden.display());
        assert!(message.contains(&named.display().to_string()), "{message}");
        assert!(fs::read(&place.output).unwrap() == expected[1]);
        assert_eq!(place.litter(), Vec::<PathBuf>::new());
    }
}
