//! Commands that the program adds.

use crate::workspace::{WORDS, Workspace};

#[test]
fn an_added_command_prints_and_ends_like_the_others() {
    let space = Workspace::new(WORDS);
    let said = space.toy(&["word", "letters", "no"]).expect(0);
    assert_eq!(
        (said.out.as_str(), said.err.as_str()),
        ("n\no\n", "data root: false, processors: true\n")
    );
    assert_eq!(space.toy(&["word", "letters", "typpo"]).expect(1).out.lines().count(), 5);
    let wrong = space.toy(&["word", "letters", "4711"]).expect(2);
    assert!(wrong.out.is_empty(), "{}", wrong.out);
    assert!(wrong.err.contains("`4711` is not a word") && wrong.err.contains("letters only"));
}

#[test]
fn global_options_hold_for_an_added_command_wherever_they_stand() {
    let space = Workspace::new(WORDS);
    for line in [["-q", "word", "letters", "no"], ["word", "letters", "no", "--quiet"]] {
        assert_eq!(space.toy(&line).expect(0).err, "");
    }
    space.toy(&["word", "letters"]).expect(2);
    space.toy(&["word", "count", "no"]).expect(2);
}

#[test]
fn an_added_command_is_told_to_stop_once() {
    let space = Workspace::new(WORDS);
    let mut child = space.start(&["word", "hold"]);
    child.wait_for("holding");
    child.interrupt();
    child.wait_for("stopping");
    assert_eq!(child.end(), Some(1));
}
