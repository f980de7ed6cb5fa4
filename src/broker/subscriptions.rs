//! Who subscribed to what: a trie of filter levels in an arena, so that neither matching nor dropping recurses. The hub
//! owns it and asks for every message who gets it.

use hashbrown::HashMap;

use super::packet::Wanted;
use crate::model::{QoS, TopicFilter};

/// Names a session within the hub.
pub(super) type SessionKey = usize;

type NodeId = usize;

/// The options of one subscription that matter when a message comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Granted {
    pub(super) qos: QoS,
    pub(super) no_local: bool,
    pub(super) retain_as_published: bool,
    /// Subscription identifier (MQTT 5.0, 3.8.2.1.2).
    pub(super) id: Option<u32>,
}

impl Granted {
    pub(super) fn new(wanted: &Wanted, qos: QoS, id: Option<u32>) -> Self {
        Self { qos, no_local: wanted.no_local, retain_as_published: wanted.retain_as_published, id }
    }
}

/// A subscription that a message matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) session: SessionKey,
    pub(super) granted: Granted,
    /// Chosen from a group: delivered on its own, even if the client also subscribes by itself.
    pub(super) shared: bool,
}

#[derive(Debug, Default)]
struct Node {
    parent: NodeId,
    /// The level that leads here from the parent.
    level: Box<str>,
    children: HashMap<Box<str>, NodeId>,
    plus: Option<NodeId>,
    hash: Option<NodeId>,
    members: Vec<(SessionKey, Granted)>,
    groups: Vec<Group>,
}

impl Node {
    fn is_unused(&self) -> bool {
        self.children.is_empty()
            && self.plus.is_none()
            && self.hash.is_none()
            && self.members.is_empty()
            && self.groups.is_empty()
    }

    fn child(&self, level: &str) -> Option<NodeId> {
        match level {
            "+" => self.plus,
            "#" => self.hash,
            _ => self.children.get(level).copied(),
        }
    }
}

/// The members of `$share/<name>/…` on one filter (MQTT 5.0, 4.8.2).
#[derive(Debug)]
struct Group {
    name: Box<str>,
    members: Vec<(SessionKey, Granted)>,
    /// Whose turn it is.
    next: usize,
}

/// All subscriptions of all sessions.
#[derive(Debug)]
pub(super) struct Subscriptions {
    nodes: Vec<Node>,
    free: Vec<NodeId>,
    count: usize,
    shared: usize,
    /// Nodes reached by the levels seen so far; kept to spare allocations.
    reached: Vec<NodeId>,
    next: Vec<NodeId>,
}

const ROOT: NodeId = 0;

impl Subscriptions {
    pub(super) fn new() -> Self {
        let nodes = vec![Node::default()];
        Self { nodes, free: Vec::new(), count: 0, shared: 0, reached: Vec::new(), next: Vec::new() }
    }

    /// All subscriptions, shared ones included.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Shared subscriptions.
    pub(super) fn shared(&self) -> usize {
        self.shared
    }

    /// Adds or replaces a subscription; true when it is new.
    pub(super) fn insert(&mut self, session: SessionKey, filter: &TopicFilter, granted: Granted) -> bool {
        let mut node = ROOT;
        for level in filter.pattern().split('/') {
            node = self.nodes[node].child(level).unwrap_or_else(|| self.grow(node, level));
        }
        let members = if let Some((name, _)) = filter.shared() {
            let groups = &mut self.nodes[node].groups;
            let index = groups.iter().position(|group| &*group.name == name).unwrap_or_else(|| {
                groups.push(Group { name: name.into(), members: Vec::new(), next: 0 });
                groups.len() - 1
            });
            &mut groups[index].members
        } else {
            &mut self.nodes[node].members
        };
        if let Some(member) = members.iter_mut().find(|member| member.0 == session) {
            member.1 = granted;
            return false;
        }
        members.push((session, granted));
        self.count += 1;
        self.shared += usize::from(filter.shared().is_some());
        true
    }

    /// Removes a subscription; false when there was none.
    pub(super) fn remove(&mut self, session: SessionKey, filter: &TopicFilter) -> bool {
        let mut node = ROOT;
        for level in filter.pattern().split('/') {
            let Some(child) = self.nodes[node].child(level) else { return false };
            node = child;
        }
        let place = &mut self.nodes[node];
        let removed = if let Some((name, _)) = filter.shared() {
            let Some(index) = place.groups.iter().position(|group| &*group.name == name) else {
                return false;
            };
            let removed = take(&mut place.groups[index].members, session);
            if place.groups[index].members.is_empty() {
                place.groups.swap_remove(index);
            }
            removed
        } else {
            take(&mut place.members, session)
        };
        if removed {
            self.count -= 1;
            self.shared -= usize::from(filter.shared().is_some());
            self.prune(node);
        }
        removed
    }

    /// Appends the subscriptions that `topic` matches. Of a group one member is chosen in turn, rather one for which
    /// `online` holds.
    pub(super) fn matching(
        &mut self,
        topic: &str,
        online: impl Fn(SessionKey) -> bool,
        matches: &mut Vec<Match>,
    ) {
        self.reached.clear();
        self.reached.push(ROOT);
        // Wildcards at the start do not match topics that begin with '$' (4.7.2).
        let mut wild = !topic.starts_with('$');
        for level in topic.split('/') {
            for index in 0..self.reached.len() {
                let node = &self.nodes[self.reached[index]];
                if wild {
                    self.next.extend(node.plus);
                    if let Some(hash) = node.hash {
                        self.nodes[hash].collect(&online, matches);
                    }
                }
                let node = &self.nodes[self.reached[index]];
                if !node.children.is_empty() {
                    self.next.extend(node.children.get(level));
                }
            }
            wild = true;
            std::mem::swap(&mut self.reached, &mut self.next);
            self.next.clear();
            if self.reached.is_empty() {
                return;
            }
        }
        for index in 0..self.reached.len() {
            let node = self.reached[index];
            self.nodes[node].collect(&online, matches);
            // "a/#" also matches "a" (4.7.1.2).
            if let Some(hash) = self.nodes[node].hash {
                self.nodes[hash].collect(&online, matches);
            }
        }
    }

    fn grow(&mut self, parent: NodeId, level: &str) -> NodeId {
        let node = Node { parent, level: level.into(), ..Node::default() };
        let id = if let Some(id) = self.free.pop() {
            self.nodes[id] = node;
            id
        } else {
            self.nodes.push(node);
            self.nodes.len() - 1
        };
        let parent = &mut self.nodes[parent];
        match level {
            "+" => parent.plus = Some(id),
            "#" => parent.hash = Some(id),
            _ => {
                parent.children.insert(level.into(), id);
            }
        }
        id
    }

    fn prune(&mut self, mut node: NodeId) {
        while node != ROOT && self.nodes[node].is_unused() {
            let unused = std::mem::take(&mut self.nodes[node]);
            let parent = &mut self.nodes[unused.parent];
            match &*unused.level {
                "+" => parent.plus = None,
                "#" => parent.hash = None,
                level => {
                    parent.children.remove(level);
                }
            }
            self.free.push(node);
            node = unused.parent;
        }
    }
}

impl Node {
    fn collect(&mut self, online: &impl Fn(SessionKey) -> bool, matches: &mut Vec<Match>) {
        let own = |&(session, granted): &(SessionKey, Granted)| Match { session, granted, shared: false };
        matches.extend(self.members.iter().map(own));
        for group in &mut self.groups {
            let turns = (0..group.members.len()).map(|step| (group.next + step) % group.members.len());
            let chosen = turns.clone().find(|turn| online(group.members[*turn].0)).or(turns.clone().next());
            if let Some(turn) = chosen {
                let (session, granted) = group.members[turn];
                matches.push(Match { session, granted, shared: true });
                group.next = turn + 1;
            }
        }
    }
}

fn take(members: &mut Vec<(SessionKey, Granted)>, session: SessionKey) -> bool {
    let place = members.iter().position(|member| member.0 == session);
    place.map(|index| members.remove(index)).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Granted =
        Granted { qos: QoS::AtMostOnce, no_local: false, retain_as_published: false, id: None };

    fn filter(text: &str) -> TopicFilter {
        TopicFilter::parse(text).unwrap()
    }

    fn matched(subscriptions: &mut Subscriptions, topic: &str) -> Vec<SessionKey> {
        let mut matches = Vec::new();
        subscriptions.matching(topic, |_| true, &mut matches);
        let mut sessions: Vec<_> = matches.iter().map(|found| found.session).collect();
        sessions.sort_unstable();
        sessions
    }

    #[test]
    fn the_trie_agrees_with_the_filter_for_every_pair() {
        let filters = [
            "#", "+", "+/#", "a", "a/#", "a/+", "a/b", "/", "/+", "+/+", "a/+/c", "a//c", "$SYS/#", "$SYS/+",
        ];
        let topics =
            ["a", "a/b", "a/", "/", "/a", "a/b/c", "a//c", "b", "$SYS/x", "$SYS", "$SYS/x/y", "$x", "//"];
        let mut subscriptions = Subscriptions::new();
        for (session, text) in filters.iter().enumerate() {
            assert!(subscriptions.insert(session, &filter(text), PLAIN));
        }
        for topic in topics {
            let expected: Vec<_> =
                (0..filters.len()).filter(|session| filter(filters[*session]).matches(topic)).collect();
            assert_eq!(matched(&mut subscriptions, topic), expected, "{topic}");
        }
    }

    #[test]
    fn removing_every_subscription_leaves_nothing_behind() {
        let mut subscriptions = Subscriptions::new();
        let filters = ["#", "a/b/c/#", "a/+/c", "$share/g/a/b", "$share/h/a/b", "a/b"];
        for text in filters {
            assert!(subscriptions.insert(1, &filter(text), PLAIN));
            assert!(!subscriptions.insert(1, &filter(text), PLAIN), "{text} is not new twice");
        }
        assert_eq!((subscriptions.count(), subscriptions.shared()), (6, 2));
        for text in filters {
            assert!(subscriptions.remove(1, &filter(text)));
            assert!(!subscriptions.remove(1, &filter(text)));
        }
        assert_eq!((subscriptions.count(), subscriptions.shared()), (0, 0));
        assert!(matched(&mut subscriptions, "a/b").is_empty());
        assert_eq!(subscriptions.free.len(), subscriptions.nodes.len() - 1);
    }

    #[test]
    fn a_group_takes_turns_and_prefers_members_that_are_there() {
        let mut subscriptions = Subscriptions::new();
        for session in 0..3 {
            subscriptions.insert(session, &filter("$share/g/a/#"), PLAIN);
        }
        let turns: Vec<_> = (0..6).flat_map(|_| matched(&mut subscriptions, "a/b")).collect();
        assert_eq!(turns, [0, 1, 2, 0, 1, 2]);
        let mut matches = Vec::new();
        for _ in 0..2 {
            subscriptions.matching("a", |session| session == 2, &mut matches);
        }
        assert!(matches.iter().all(|found| found.session == 2 && found.shared), "{matches:?}");
        assert_eq!(matches.len(), 2);
    }

    #[test]
    fn b10_the_deepest_legal_topic_is_matched_without_recursion() {
        let deep = "/".repeat(65_535);
        let mut subscriptions = Subscriptions::new();
        subscriptions.insert(0, &filter("#"), PLAIN);
        subscriptions.insert(1, &filter(&deep), PLAIN);
        assert_eq!(matched(&mut subscriptions, &deep), [0, 1]);
        assert!(subscriptions.remove(1, &filter(&deep)));
        assert_eq!(matched(&mut subscriptions, &deep), [0]);
    }
}
