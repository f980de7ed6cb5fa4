//! Files that are broken, closed, shared or somebody else's.

use super::*;

/// What stays of the book when the file is broken, and where the fault is.
fn broken(text: &[u8], place_wanted: (usize, usize), words: &str) {
    let place = Place::with(text);
    let mut book = place.load();
    let fault = book.faults().first().expect("a fault").clone();
    assert_eq!((fault.place, &fault.path), (Some(place_wanted), &place.path), "{fault}");
    assert!(fault.reason.contains(words), "{fault}");
    assert!(!fault.reason.contains("s3cret"), "{fault}");

    let kept = book.save(profile("new"), None).expect("kept");
    let Kept::Copy { path, reason } = &kept else { panic!("{kept:?}") };
    assert_eq!((path, reason), (&place.copy(), &fault.to_string()));
    assert!(kept.to_string().contains("profiles.copy.toml"), "{kept}");
    assert_eq!(fs::read(&place.path).expect("read"), text, "the broken file was written");
    assert_eq!(book.faults(), [fault], "the fault is to stay");
    assert!(book.find("new").is_some());

    // The next start finds what was saved, and so do saves to come.
    let mut again = place.load();
    assert!(again.find("new").is_some());
    again.save(profile("newer"), None).expect("kept");
    assert_eq!(fs::read(&place.path).expect("read"), text);
    let again = place.load();
    assert!(again.find("new").is_some() && again.find("newer").is_some());
}

#[test]
fn g02_a_broken_file_is_named_by_place_and_never_written() {
    broken(b"", (1, 1), "empty");
    broken(b"[[profile]]\nname = \"home\nurl = 1", (2, 13), "not TOML");
    broken(b"[[profile]]\nname = \"x\"\npassword = { saved = \"s3cret", (3, 29), "not TOML");
    broken(b"[[profile]]\n# \xff\xfe", (2, 3), "UTF-8");
    broken(b"\x7fELF\x02\x01\x01\0\0\0", (1, 11), "not TOML");
    broken(b"profile = 3\n", (1, 11), "[[profile]]");
    broken(b"[[profile]]\nurl = \"h\"\n", (2, 1), "needs a name");
    broken(b"[[profile]]\nname = \"x\"\n", (2, 1), "needs an address");
    broken(b"[[profile]]\nname = \"x\"\nurl = \"mqtt://bob:s3cret@h:0\"\n", (3, 7), "1 to 65535");
    broken(b"[[profile]]\nname = \"x\"\nurl = \"h\"\nkeep_alive = 70000\n", (4, 14), "0 to 65535");
    broken(
        b"[[profile]]\nname = \"x\"\nurl = \"h\"\nfilters = [\"a\", \"b#\"]\n",
        (4, 17),
        "no topic filter",
    );
    broken(
        b"[[profile]]\nname = \"x\"\nurl = \"h\"\nfilters = [{ filter = \"a\", qos = 3 }]\n",
        (4, 34),
        "0 to 2",
    );
    broken(b"[[profile]]\nname = \"x\"\nurl = \"h\"\npassword = \"s3cret\"\n", (4, 12), "a table");
    broken(
        b"[[profile]]\nname = \"x\"\nurl = \"h\"\npassword = { env = \"A\", file = \"b\" }\n",
        (4, 14),
        "one of",
    );
    broken(b"[[profile]]\nname = \"x\"\nurl = \"h\"\nsafety = \"none\"\n", (4, 10), "read-only");
    broken(b"[[profile]]\nname = \"../x\"\nurl = \"h\"\n", (2, 8), "'/'");
    broken(
        b"[[profile]]\nname = \"x\"\nurl = \"h\"\n[[profile]]\nname = \"x\"\nurl = \"i\"\n",
        (5, 8),
        "two profiles",
    );
}

#[test]
fn g02_cut_at_any_byte_a_file_that_shows_it_is_never_written() {
    let mut faults = 0;
    for length in 0..BY_HAND.len() {
        let cut = &BY_HAND.as_bytes()[..length];
        let place = Place::with(cut);
        let mut book = place.load();
        if book.faults().is_empty() {
            continue;
        }
        faults += 1;
        book.save(profile("new"), None).expect("kept");
        assert_eq!(fs::read(&place.path).expect("read"), cut, "cut after {length} bytes");
        assert!(place.load().find("new").is_some());
    }
    assert!(faults > BY_HAND.len() / 2, "only {faults} cuts are seen");
}

proptest::proptest! {
    #[test]
    fn g02_whatever_bytes_are_in_the_file_they_are_read_or_named(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        let book = Place::with(&bytes).load();
        proptest::prop_assert!(book.profiles().is_empty());
        for fault in book.faults() {
            proptest::prop_assert!(fault.place.is_some());
        }
    }
}

#[test]
fn g02_a_profile_with_a_fault_does_not_take_the_others_with_it() {
    let place =
        Place::with("[[profile]]\nname = \"x\"\nurl = \"h:0\"\n[[profile]]\nname = \"y\"\nurl = \"h\"\n");
    let mut book = place.load();
    assert_eq!(names(&book), ["y"]);
    let kept = book.remove("y").expect("gone for now");
    assert!(matches!(kept, Kept::Memory { .. }), "{kept:?}");
    assert_eq!(names(&place.load()), ["y"]);
}

#[test]
fn g02_what_was_read_before_the_file_broke_stays_in_use() {
    let place = Place::with(
        "[[profile]]\nname = \"a\"\nurl = \"h\"\n\n[[profile]]\nname = \"b\"\nurl = \"h\"\nfilters = []\n",
    );
    let mut book = place.load();
    fs::write(&place.path, "[[profile\n").expect("write");
    book.save(profile("c"), None).expect("saved to the copy");
    assert_eq!(names(&book), ["c", "a", "b"]);
    assert!(book.source("b", "filters").is_some(), "that it subscribes to nothing is known as before");
    assert_eq!(book.faults().len(), 1);
    book.save(profile("d"), Some("a")).expect("saved to the copy");
    assert_eq!(names(&book), ["c", "d", "b"], "under its new name");
    book.remove("b").expect("removed");
    book.read_again();
    assert_eq!(names(&book), ["c", "d"]);
}

#[test]
fn what_another_program_writes_is_there_when_the_file_is_read_again() {
    let place = Place::with("[[profile]]\nname = \"a\"\nurl = \"h\"\n");
    let mut book = place.load();
    fs::write(&place.path, "[[profile]]\nname = \"b\"\nurl = \"h\"\n").expect("write");
    book.read_again();
    assert_eq!(names(&book), ["b"]);
    fs::write(&place.path, "[[profile\n").expect("write");
    book.read_again();
    assert_eq!(
        (names(&book), book.faults().len()),
        (vec!["b"], 1),
        "what was read before stays, and the fault is told"
    );
    fs::remove_file(&place.path).expect("remove");
    book.read_again();
    assert!(names(&book).is_empty() && book.faults().is_empty());
}

#[test]
fn g02_the_copy_is_told_before_what_is_merely_odd() {
    let place = Place::with("odd = 1\nodder = 2\n");
    fs::write(place.copy(), "").expect("write");
    assert_eq!(place.load().warnings()[0].path, place.copy());
}

#[test]
fn g02_when_the_file_is_mended_the_copy_is_pointed_at() {
    let place = Place::with("broken");
    place.load().save(profile("new"), None).expect("kept");
    fs::write(&place.path, BY_HAND).expect("write");
    let book = place.load();
    assert_eq!(names(&book), ["home", "work"]);
    let warning = book.warnings().first().expect("a warning");
    assert_eq!(warning.path, place.copy());
    assert!(warning.reason.contains("move it over"), "{warning}");
}

#[test]
fn g02_what_is_no_file_is_not_read() {
    let place = Place::empty();
    fs::create_dir(&place.path).expect("folder");
    let book = place.load();
    assert!(book.faults()[0].reason.contains("no ordinary file"), "{}", book.faults()[0]);
    let place = Place::with(vec![b'#'; 5 << 20]);
    assert!(place.load().faults()[0].reason.contains("4 MiB"));
}

#[test]
fn g07_where_nothing_can_be_written_the_book_works_in_memory() {
    let place = Place::with("a file, where a folder is wanted");
    let inside = place.path.join("profiles.toml");
    for mut book in [ProfileBook::load(&inside), ProfileBook::in_memory("there is no home folder")] {
        let kept = book.save(profile("one"), None).expect("kept");
        let Kept::Memory { reason } = &kept else { panic!("{kept:?}") };
        assert!(!reason.is_empty() && kept.to_string().contains("not saved"), "{kept}");
        book.save(profile("two"), None).expect("kept");
        assert!(book.save(profile("two"), None).is_err());
        let renamed = Profile { name: "three".into(), ..profile("two") };
        book.save(renamed, Some("two")).expect("kept");
        assert_eq!(names(&book), ["one", "three"]);
        book.remove("one").expect("gone");
        assert_eq!(names(&book), ["three"]);
    }
}

#[test]
fn g07_what_is_in_memory_stays_when_something_else_can_be_saved() {
    let place = Place::empty();
    let folder = place.path.parent().expect("folder").join("later");
    fs::write(&folder, "in the way").expect("write");
    let mut book = ProfileBook::load(&folder.join("profiles.toml"));
    book.save(profile("one"), None).expect("kept");
    fs::remove_file(&folder).expect("out of the way");
    let kept = book.save(profile("two"), None).expect("kept");
    assert!(matches!(kept, Kept::File(_)), "{kept:?}");
    assert_eq!(names(&book), ["two", "one"]);
    let renamed = Profile { name: "three".into(), ..book.find("one").expect("one").clone() };
    book.save(renamed, Some("one")).expect("saved");
    assert_eq!(names(&book), ["two", "three"]);
    assert_eq!(names(&ProfileBook::load(book.path().expect("a path"))), ["two", "three"]);
}

#[test]
fn g07_a_change_in_memory_is_not_lost_when_saving_works_again() {
    let place = Place::with(BY_HAND);
    let mut book = place.load();
    let lock = place.path.with_file_name(".profiles.toml.lock");
    fs::create_dir(&lock).expect("in the way");
    let home = Profile { notes: Some("changed".into()), ..book.find("home").expect("home").clone() };
    let kept = book.save(home.clone(), Some("home")).expect("kept");
    assert!(matches!(kept, Kept::Memory { .. }), "{kept}");
    fs::remove_dir(&lock).expect("out of the way");
    book.save(profile("new"), None).expect("saved");
    assert_eq!(book.find("home"), Some(&home));
    book.save(home.clone(), Some("home")).expect("saved");
    assert_eq!(place.load().find("home"), Some(&home));
    assert_eq!(names(&book), names(&place.load()));
}

#[test]
fn g06_instances_that_save_at_once_do_not_undo_each_other() {
    let place = Place::with(BY_HAND);
    std::thread::scope(|scope| {
        for instance in 0..4 {
            let path = &place.path;
            scope.spawn(move || {
                let mut book = ProfileBook::load(path);
                for number in 0..8 {
                    let kept = book.save(profile(&format!("{instance} {number}")), None).expect("saved");
                    assert!(matches!(kept, Kept::File(_)), "{kept}");
                }
            });
        }
    });
    let book = place.load();
    assert_eq!((book.faults(), book.profiles().len()), (&[][..], 2 + 4 * 8));
    assert!(place.text().starts_with(BY_HAND.trim_end_matches("# the end\n")));
}

#[test]
fn g06_a_profile_changed_here_and_another_changed_there_are_both_kept() {
    let place = Place::with(BY_HAND);
    let (mut here, mut there) = (place.load(), place.load());
    let mut home = here.find("home").expect("home").clone();
    home.notes = Some("here".into());
    let mut work = there.find("work").expect("work").clone();
    work.notes = Some("there".into());
    here.save(home, Some("home")).expect("saved");
    there.save(work, Some("work")).expect("saved");
    for book in [&there, &place.load()] {
        let notes: Vec<_> = book.profiles().iter().map(|profile| profile.notes.as_deref()).collect();
        assert_eq!(notes, [Some("here"), Some("there")]);
    }
}

#[test]
fn g06_what_another_instance_changed_in_the_same_profile_stays() {
    let place = Place::with(BY_HAND);
    let (mut here, mut there) = (place.load(), place.load());
    let mut home = here.find("home").expect("home").clone();
    home.notes = Some("here".into());
    home.target.keep_alive = 10;
    here.save(home.clone(), Some("home")).expect("saved");
    // This one does not know of it yet.
    there.remember_protocol("home", Protocol::V4).expect("saved");
    let wanted = Profile { remembered: Some(Protocol::V4), ..home };
    assert_eq!(there.find("home"), Some(&wanted));
    assert_eq!(place.load().find("home"), Some(&wanted));
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, chown, lchown, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("it is there").permissions().mode() & 0o777
    }

    #[test]
    fn g03_a_file_with_secrets_that_others_can_read_is_warned_about() {
        let mut text = BY_HAND.to_owned();
        for (warned, permissions) in [(false, 0o644), (true, 0o644), (false, 0o600)] {
            let place = Place::with(&text);
            fs::set_permissions(&place.path, fs::Permissions::from_mode(permissions)).expect("mode");
            let found = place.load().warnings().iter().any(|warning| warning.reason.contains("chmod 600"));
            assert_eq!(found, warned, "{permissions:o}");
            text = BY_HAND.replace("{ command = \"pass show mqtt/home\" }", "{ saved = \"hidden\" }");
        }
    }

    #[test]
    fn g03_a_save_closes_the_file_to_others() {
        let place = Place::with(BY_HAND);
        fs::set_permissions(&place.path, fs::Permissions::from_mode(0o666)).expect("mode");
        place.load().save(profile("new"), None).expect("saved");
        assert_eq!(mode(&place.path), 0o600);
    }

    #[test]
    fn g03_a_link_of_the_users_own_is_followed_and_stays() {
        let (there, here) = (Place::with(BY_HAND), Place::empty());
        symlink(&there.path, &here.path).expect("link");
        let mut book = here.load();
        let kept = book.save(profile("new"), None).expect("saved");
        assert_eq!(kept, Kept::File(here.path.clone()));
        assert!(fs::symlink_metadata(&here.path).expect("link").is_symlink());
        assert_eq!(names(&there.load()), ["home", "work", "new"]);
    }

    #[test]
    fn g03_a_link_of_or_to_another_users_file_is_not_followed() {
        const SOMEBODY: Option<u32> = Some(54_321);
        if !rustix::process::geteuid().is_root() {
            // Only root can give files away; what root owns is refused for writing all the same.
            let here = Place::empty();
            symlink("/etc/passwd", &here.path).expect("link");
            let kept = here.load().save(profile("new"), None).expect("kept");
            assert!(!matches!(kept, Kept::File(_)), "{kept}");
            return;
        }
        for theirs in ["file", "link"] {
            let (there, here) = (Place::with(BY_HAND), Place::empty());
            symlink(&there.path, &here.path).expect("link");
            match theirs {
                "file" => chown(&there.path, SOMEBODY, None).expect("owner"),
                _ => lchown(&here.path, SOMEBODY, None).expect("owner"),
            }
            let mut book = here.load();
            assert!(book.faults()[0].reason.contains("another user"), "{}", book.faults()[0]);
            let kept = book.save(profile("new"), None).expect("kept");
            assert!(matches!(kept, Kept::Copy { .. }), "{kept}");
            assert_eq!(there.text(), BY_HAND);
        }
    }
}
