//! One connection: its link, its store, and how it is looked at.

use std::collections::VecDeque;
use std::time::Duration;

use super::history::HistoryView;
use super::lists::CameFrom;
use super::login::{Credentials, Login};
use super::message::{Body, MessageView};
use super::publish::PublishPane;
use super::rates::Rates;
use super::subscriptions::{Subscriptions, SubscriptionsPane};
use super::tree::TreeView;
use super::{Browse, Chart, Left, Overdue, Pane, Right, Screen, Search, Shapes, Travel};
use crate::config::{PasswordSource, Profile, Safety};
use crate::model::{ConnectionId, LinkState, Moment, SessionId, Subscription, Target};
use crate::payload::SparkplugAliases;
use crate::store::{Limits, MessageRef, Seq, Store, TopicId};
use crate::sys::SysModel;
use tui_input::Input;

/// Outages kept.
const OUTAGES: usize = 100;

/// One connection.
#[derive(Debug)]
pub struct Connection {
    /// Names it in effects and events.
    pub id: ConnectionId,
    /// What it was opened from. The name is the one shown; the client id is the one in use.
    pub profile: Profile,
    /// Its name as shown: that of the profile, numbered when the profile is open more than once.
    pub title: String,
    /// `mqtt://host:port`, without secrets.
    pub address: String,
    /// Where the link stands.
    pub link: LinkState,
    /// Cause of the last trouble the user was told of since the last success.
    pub(super) told_trouble: Option<String>,
    /// How often in a row the broker refused the login.
    pub(super) refusals: u32,
    /// Filters, with what the broker made of them and what came for them.
    pub subscriptions: Subscriptions,
    /// When the broker last answered a SUBSCRIBE.
    pub answered: Option<Moment>,
    /// Wide subscriptions that were given back to a public broker because nobody looked.
    pub resting: Vec<Subscription>,
    /// When the link was down, oldest first: messages of that time may be missing.
    pub outages: VecDeque<(Moment, Moment)>,
    /// Since when the link is down, after it was up.
    pub(super) down_since: Option<Moment>,
    /// Client id in use; empty before the session has begun.
    pub client_id: String,
    /// Another way to the broker that was saved since: it counts when the connection is begun anew.
    pub(super) next: Option<Box<(Target, PasswordSource)>>,
    /// How often it was begun: news of an earlier session is none of this one.
    pub(super) start: u32,
    /// A session was begun: it takes requests.
    pub(super) begun: bool,
    /// The session begins once its password is found.
    pub(super) awaits_password: bool,
    /// Typed on screen, instead of what the profile says.
    pub(super) credentials: Option<Credentials>,
    /// User and password are being asked for.
    pub login: Option<Box<Login>>,
    /// The subscriptions pane, while it is open.
    pub subscribing: Option<Box<SubscriptionsPane>>,
    /// Everything received.
    pub store: Store,
    /// What the broker says of itself.
    pub sys: SysModel,
    /// Messages and bytes a second over the last two minutes, as measured here.
    pub rates: Rates,
    /// Which of its screens is in front.
    pub screen: Screen,
    /// The explorer's pane that has the keys.
    pub focus: Pane,
    /// On a narrow terminal: which of message and history is on screen.
    pub lower_pane: Pane,
    /// The tree filter, while it is being typed.
    pub filter_input: Option<Input>,
    /// First row of the broker screen.
    pub broker_scroll: usize,
    /// What stands in the place of the tree.
    pub left: Left,
    /// Where one was before a list took the place of the tree.
    pub(super) came_from: Option<CameFrom>,
    /// What stands in the place of the message.
    pub right: Right,
    /// The pane that has the keys stands over the whole screen.
    pub zoomed: bool,
    /// The tree pane.
    pub tree: TreeView,
    /// The search.
    pub search: Search,
    /// The browse set.
    pub browse: Browse,
    /// The list of the overdue.
    pub overdue: Overdue,
    /// The chart.
    pub chart: Chart,
    /// Which moment is shown.
    pub travel: Travel,
    /// Names of Sparkplug metrics, learned from births.
    pub sparkplug: SparkplugAliases,
    /// The message pane.
    pub message: MessageView,
    /// The history pane.
    pub history: HistoryView,
    /// What messages of a topic look like.
    pub shapes: Shapes,
    /// The publish pane.
    pub publish: PublishPane,
    /// When the view was paused.
    pub paused: Option<Moment>,
    /// Batches stay full: messages wait in the channel and TCP slows the broker down.
    pub behind: bool,
    /// Messages received when it was last in front.
    pub(super) seen: u64,
}

impl Connection {
    /// A connection that has not begun.
    pub fn new(id: ConnectionId, profile: Profile, limits: Limits) -> Self {
        Self {
            id,
            title: profile.name.clone(),
            address: profile.target.url(),
            subscriptions: Subscriptions::of(&profile),
            client_id: profile.target.client_id.clone(),
            browse: Browse::of(&profile.browsed),
            profile,
            link: LinkState::Idle,
            told_trouble: None,
            refusals: 0,
            answered: None,
            resting: Vec::new(),
            next: None,
            outages: VecDeque::new(),
            down_since: None,
            start: 0,
            begun: false,
            awaits_password: false,
            credentials: None,
            login: None,
            subscribing: None,
            store: Store::new(limits),
            sys: SysModel::default(),
            rates: Rates::default(),
            screen: Screen::default(),
            focus: Pane::default(),
            lower_pane: Pane::Message,
            filter_input: None,
            broker_scroll: 0,
            left: Left::default(),
            came_from: None,
            right: Right::default(),
            zoomed: false,
            tree: TreeView::default(),
            search: Search::default(),
            overdue: Overdue::default(),
            chart: Chart::default(),
            travel: Travel::default(),
            sparkplug: SparkplugAliases::default(),
            message: MessageView::default(),
            history: HistoryView::default(),
            shapes: Shapes::default(),
            publish: PublishPane::default(),
            paused: None,
            behind: false,
            seen: 0,
        }
    }

    /// Its session, begun or being begun.
    pub fn session(&self) -> SessionId {
        SessionId { connection: self.id, start: self.start }
    }

    /// Goes by `profile` from here on. What it says of the way to the broker counts when the connection is begun anew; whether it says
    /// anything else of it than before. `before` is what the profile said of safety when the change began: where the connection was opened
    /// stricter than that, on the command line, it does not become laxer.
    pub(super) fn adopt(&mut self, mut profile: Profile, before: Safety) -> bool {
        let number = self.title.strip_prefix(self.profile.name.as_str()).unwrap_or_default();
        self.title = format!("{}{number}", profile.name);
        let way = (profile.target.clone(), profile.password.clone());
        profile.target.clone_from(&self.profile.target);
        profile.password.clone_from(&self.profile.password);
        if self.profile.safety > before {
            profile.safety = profile.safety.max(self.profile.safety);
        }
        self.profile = profile;
        // What was typed, asked for or drawn by lot for this run is no difference.
        let mut before = self.profile.target.clone();
        before.password = None;
        before.tls.key_log = way.0.tls.key_log;
        if way.0.client_id.is_empty() {
            before.client_id.clear();
        }
        let differs = before != way.0 || self.profile.password != way.1;
        self.next = differs.then(|| Box::new(way));
        differs
    }

    /// Takes the way to the broker that was saved since, if there is one.
    pub(super) fn take_next(&mut self) {
        let Some((mut target, password)) = self.next.take().map(|next| *next) else { return };
        if self.logs_in_alike(&target, &password) {
            target.password = self.profile.target.password.take();
        } else {
            self.credentials = None;
        }
        if self.address != target.url() {
            self.forget_broker();
            self.address = target.url();
        }
        self.client_id.clone_from(&target.client_id);
        (self.profile.target, self.profile.password) = (target, password);
        self.subscriptions = Subscriptions::of(&self.profile);
        self.resting.clear();
    }

    /// The address that the connection leads to from its next beginning on, when that is another one.
    pub(super) fn next_address(&self) -> Option<String> {
        let next = self.next.as_ref().map(|next| next.0.url());
        next.filter(|address| *address != self.address)
    }

    /// Lets go of all that came from the broker, and of where the user stood in it: what comes next is another broker's. What is being
    /// written stays.
    fn forget_broker(&mut self) {
        self.store = self.store.emptied();
        self.sys = SysModel::default();
        self.rates = Rates::default();
        self.outages.clear();
        (self.down_since, self.told_trouble, self.answered, self.paused) = (None, None, None, None);
        (self.seen, self.behind, self.broker_scroll) = (0, false, 0);
        self.refusals = 0;
        let sort = self.tree.sort();
        self.tree = TreeView::default();
        self.tree.set_sort(sort);
        self.filter_input = None;
        self.message =
            MessageView { view: self.message.view, wrap: self.message.wrap, ..MessageView::default() };
        self.sparkplug = SparkplugAliases::default();
        self.history = HistoryView::default();
        self.shapes = Shapes::default();
        (self.search, self.overdue) = (Search::default(), Overdue::default());
        self.browse.forget_broker();
        self.came_from = None;
        (self.chart, self.travel) = (Chart::default(), Travel::default());
        (self.left, self.right) = (Left::default(), Right::default());
        self.subscribing = None;
        (self.publish.opened_on, self.publish.answers, self.publish.confirmed) = (None, None, None);
    }

    /// Whether the user and password of this run may go to `target` unasked: it is the same place, by the same way, and the profile says
    /// the same of the login. A password that was typed for one broker is no other's business.
    pub(super) fn logs_in_alike(&self, target: &Target, password: &PasswordSource) -> bool {
        let own = &self.profile.target;
        own.url() == target.url()
            && own.proxy == target.proxy
            && own.user == target.user
            && self.profile.password == *password
    }

    /// Notes when the link went down and came back.
    pub(super) fn note_outage(&mut self, was_connected: bool, now: Moment) {
        if was_connected && !self.link.is_connected() {
            self.down_since = Some(now);
        } else if let LinkState::Connected { since: up, .. } = self.link
            && let Some(down) = self.down_since.take()
        {
            if self.outages.len() == OUTAGES {
                self.outages.pop_front();
            }
            self.outages.push_back((down, up));
        }
    }

    /// Why the link was down already when the user had it stay so.
    pub fn gave_up(&self) -> Option<&str> {
        let left = matches!(self.link, LinkState::Stopped { trouble: None });
        self.told_trouble.as_deref().filter(|_| left)
    }

    /// When the link went down, while it is down.
    pub fn down_since(&self) -> Option<Moment> {
        self.down_since
    }

    /// Whether the link was ever up.
    pub fn was_connected(&self) -> bool {
        self.link.is_connected() || self.down_since.is_some() || !self.outages.is_empty()
    }

    /// How long the link was down between two moments.
    pub fn away(&self, from: Moment, to: Moment) -> Duration {
        let between =
            self.outages.iter().filter(|(down, up)| down.mono_us >= from.mono_us && up.mono_us <= to.mono_us);
        between.map(|(down, up)| up.since(*down)).sum()
    }

    /// Whether the link was down at a moment, in monotonic microseconds, after it had been up.
    pub fn was_down_at(&self, at_us: u64) -> bool {
        let down = |(down, up): &(Moment, Moment)| (down.mono_us..up.mono_us).contains(&at_us);
        self.outages.iter().any(down) || self.down_since.is_some_and(|since| since.mono_us <= at_us)
    }

    /// Where to connect as things stand: the profile's target with what was changed on screen since. Knows a password only if it was
    /// typed or came with the target.
    pub(super) fn target(&self) -> Target {
        let mut target = self.profile.target.clone();
        target.protocol = self.profile.protocol();
        target.client_id.clone_from(&self.client_id);
        if let Some(Credentials { user, password }) = self.credentials.clone() {
            (target.user, target.password) = (user, password);
        }
        let wanted = self.subscriptions.list().iter().map(|view| &view.wanted);
        target.filters = wanted.filter(|wanted| !wanted.filter.is_sys()).cloned().collect();
        target
    }

    /// Takes a point of the rates; held totals stand still, so a paused view has none.
    pub(super) fn sample_rates(&mut self, now: Moment) {
        self.subscriptions.sample(now.mono_us);
        if self.paused.is_none() {
            let totals = self.store.totals();
            self.rates.sample(totals.messages, totals.bytes, now.mono_us);
        }
    }

    /// The moment that is shown: now, when the view was paused, or the one travelled to.
    pub fn shown_moment(&self, now: Moment) -> Moment {
        self.store.standing().map(|standing| standing.at).or(self.paused).unwrap_or(now)
    }

    /// Whether the payload on screen is wrapped: lines of text are, hex and branches never.
    pub fn wraps(&self) -> bool {
        self.message.wrap && self.shown().is_none_or(|shown| matches!(shown.body, Body::Document(_)))
    }

    /// Shows this message beside the list it stands in.
    pub(super) fn look_at(&mut self, topic: TopicId, seq: Seq) {
        self.tree.point_at(topic);
        self.message.of = Some(topic);
        if self.message.at != Some(seq) {
            self.message.at = Some(seq);
            self.message.reset();
        }
    }

    /// The message in the message pane: the one moved to, else the latest of the selected topic; while that is being read, the one
    /// before it that is still on screen.
    pub fn shown_message(&self) -> Option<MessageRef<'_>> {
        let topic = self.tree.selected()?;
        match (self.message.at, self.message.held) {
            (Some(seq), _) => self.store.message(topic, seq),
            (None, Some(held)) => self.store.message(topic, held).or_else(|| self.store.latest(topic)),
            (None, None) => self.store.latest(topic),
        }
    }
}
