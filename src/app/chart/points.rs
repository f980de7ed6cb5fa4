//! The points of a series in blocks that know their extremes, so that a picture costs columns and not points. A block may lose its
//! points but for the lowest and the highest: that is how a series stays bounded, and why a spike never vanishes.

use std::collections::VecDeque;

use crate::model::Moment;

/// Points of a block.
const BLOCK: usize = 32;
/// Points that a series keeps one by one.
pub const MOST_POINTS: usize = 200_000;
/// Blocks of which only the extremes are kept; when there are more, the oldest ones become half as many.
const MOST_THINNED: usize = 16_384;

/// A value at a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// When the message was received.
    pub at: Moment,
    /// The number in it; finite.
    pub value: f64,
}

/// A stretch of points in order of time.
#[derive(Debug, Clone)]
struct Block {
    /// All of them; of a thinned block the lowest and the highest.
    points: Vec<Point>,
    low: usize,
    high: usize,
    /// How many it has seen.
    count: u64,
    mean: f64,
}

impl Block {
    fn new(point: Point) -> Self {
        let mut points = Vec::with_capacity(BLOCK);
        points.push(point);
        Self { points, low: 0, high: 0, count: 1, mean: point.value }
    }

    fn push(&mut self, point: Point) {
        let place = self.points.len();
        self.points.push(point);
        self.note_extreme(place);
        self.mean = joined(self.mean, self.count, point.value, 1);
        self.count += 1;
    }

    fn note_extreme(&mut self, place: usize) {
        let value = self.points[place].value;
        if value < self.points[self.low].value {
            self.low = place;
        }
        if value > self.points[self.high].value {
            self.high = place;
        }
    }

    fn first(&self) -> Point {
        self.points[0]
    }

    fn last(&self) -> Point {
        self.points[self.points.len() - 1]
    }

    /// Keeps the extremes alone.
    fn thin(&mut self) {
        let (low, high) = (self.points[self.low], self.points[self.high]);
        self.points = match self.low.cmp(&self.high) {
            std::cmp::Ordering::Less => vec![low, high],
            std::cmp::Ordering::Equal => vec![low],
            std::cmp::Ordering::Greater => vec![high, low],
        };
        (self.low, self.high) = (0, 0);
        (0..self.points.len()).for_each(|place| self.note_extreme(place));
    }

    /// Takes in the block that follows, extremes alone.
    fn absorb(&mut self, next: &Self) {
        self.mean = joined(self.mean, self.count, next.mean, next.count);
        self.count += next.count;
        for point in &next.points {
            self.points.push(*point);
            self.note_extreme(self.points.len() - 1);
        }
        self.thin();
    }
}

/// The mean of two lots. Never larger than either, so it cannot overflow.
fn joined(mean: f64, count: u64, other: f64, more: u64) -> f64 {
    let share = more as f64 / (count + more) as f64;
    mean * (1.0 - share) + other * share
}

/// What is drawn of one column: at most two points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extent {
    /// The lowest.
    pub low: Point,
    /// The highest.
    pub high: Point,
}

impl Extent {
    fn of(point: Point) -> Self {
        Self { low: point, high: point }
    }

    fn take_in(&mut self, point: Point) {
        if point.value < self.low.value {
            self.low = point;
        }
        if point.value > self.high.value {
            self.high = point;
        }
    }

    /// Its points in order of time, one or two.
    pub fn points(self) -> impl Iterator<Item = Point> {
        let (first, second) = if self.low.at.mono_us <= self.high.at.mono_us {
            (self.low, self.high)
        } else {
            (self.high, self.low)
        };
        std::iter::once(first).chain((first != second).then_some(second))
    }
}

/// What is known of a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// The newest point.
    pub last: Point,
    /// The lowest value.
    pub min: f64,
    /// The mean of the values, each counting the same.
    pub mean: f64,
    /// The highest value.
    pub max: f64,
    /// How many values there were.
    pub count: u64,
}

/// Columns of time: where the first begins, how long each is, how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// Beginning of the first column, in monotonic microseconds; before the clock's start when there is room for more.
    pub from_us: i64,
    /// Length of a column in microseconds; at least 1.
    pub column_us: u64,
    /// Number of columns.
    pub columns: usize,
}

impl Grid {
    /// End of the last column, which is not part of it.
    pub fn until_us(self) -> u64 {
        self.from_us.saturating_add_unsigned(self.column_us.saturating_mul(self.columns as u64)).max(0) as u64
    }

    /// Beginning of the first column, at the clock's start at the earliest.
    pub fn since_us(self) -> u64 {
        self.from_us.max(0) as u64
    }

    /// The column of a time, if it is in one.
    pub fn column(self, at_us: u64) -> Option<usize> {
        let after = u64::try_from(i64::try_from(at_us).ok()?.checked_sub(self.from_us)?).ok()?;
        let column = usize::try_from(after / self.column_us.max(1)).ok()?;
        (column < self.columns).then_some(column)
    }
}

/// The points of a series in order of time.
#[derive(Debug, Clone)]
pub struct Points {
    /// [`MOST_POINTS`] and [`MOST_THINNED`].
    limits: (usize, usize),
    blocks: VecDeque<Block>,
    /// Blocks at the front of which only the extremes are kept.
    thinned: usize,
    /// Points of the others.
    kept: usize,
    /// Some value was neither 0 nor 1.
    measures: bool,
}

impl Default for Points {
    fn default() -> Self {
        Self::with_limits(MOST_POINTS, MOST_THINNED)
    }
}

impl Points {
    /// None yet; at most so many points, and so many blocks of which only the extremes are kept.
    pub fn with_limits(points: usize, thinned: usize) -> Self {
        Self {
            limits: (points, thinned.max(2)),
            blocks: VecDeque::new(),
            thinned: 0,
            kept: 0,
            measures: false,
        }
    }

    /// Adds the newest point. A clock that went back counts as one that stood still.
    pub fn push(&mut self, mut point: Point) {
        let newest = self.blocks.back().map_or(0, |block| block.last().at.mono_us);
        point.at.mono_us = point.at.mono_us.max(newest);
        self.measures |= ![0.0, 1.0].contains(&point.value);
        let thinned = self.thinned;
        let open = self.blocks.len() > thinned;
        match self.blocks.back_mut().filter(|block| open && block.points.len() < BLOCK) {
            Some(block) => block.push(point),
            None => self.blocks.push_back(Block::new(point)),
        }
        self.kept += 1;
        if self.kept > self.limits.0 {
            self.thin();
        }
    }

    /// Takes the points of the oldest block that has them all; where that makes too many thinned ones, pairs become one.
    fn thin(&mut self) {
        if let Some(block) = self.blocks.get_mut(self.thinned) {
            self.kept -= block.points.len();
            block.thin();
            self.thinned += 1;
        }
        if self.thinned > self.limits.1 {
            self.pair();
        }
    }

    fn pair(&mut self) {
        let old: Vec<Block> = self.blocks.drain(..self.limits.1).collect();
        let pairs = old.chunks(2).map(|pair| {
            let mut block = pair[0].clone();
            pair[1..].iter().for_each(|next| block.absorb(next));
            block
        });
        let pairs: Vec<Block> = pairs.collect();
        self.thinned = self.thinned - self.limits.1 + pairs.len();
        pairs.into_iter().rev().for_each(|block| self.blocks.push_front(block));
    }

    /// The oldest point.
    pub fn first(&self) -> Option<Point> {
        self.blocks.front().map(Block::first)
    }

    /// The moment before which only extremes are kept, if that is so of any.
    pub fn thinned_before(&self) -> Option<Moment> {
        self.thinned.checked_sub(1).and_then(|last| self.blocks.get(last)).map(|block| block.last().at)
    }

    /// Whether every value is 0 or 1: such a line goes in steps.
    pub fn is_switch(&self) -> bool {
        !self.measures && !self.blocks.is_empty()
    }

    /// The newest point not after a time.
    pub fn at(&self, at_us: u64) -> Option<Point> {
        let block = self.blocks.partition_point(|block| block.first().at.mono_us <= at_us).checked_sub(1)?;
        let points = &self.blocks[block].points;
        points[..points.partition_point(|point| point.at.mono_us <= at_us)].last().copied()
    }

    /// The oldest point after a time.
    pub fn after(&self, at_us: u64) -> Option<Point> {
        let block = self.blocks.partition_point(|block| block.last().at.mono_us <= at_us);
        let points = &self.blocks.get(block)?.points;
        points.get(points.partition_point(|point| point.at.mono_us <= at_us)).copied()
    }

    /// Points not after a time, newest first.
    pub fn newest_first(&self, until_us: u64) -> impl Iterator<Item = Point> {
        let blocks = self.blocks.partition_point(|block| block.first().at.mono_us <= until_us);
        let points = self.blocks.range(..blocks).rev().flat_map(|block| block.points.iter().rev());
        points.copied().skip_while(move |point| point.at.mono_us > until_us)
    }

    /// Points after a time, or all, in order of time.
    pub fn newer_than(&self, at_us: Option<u64>) -> impl Iterator<Item = Point> {
        let newer = move |point: &Point| at_us.is_none_or(|at| point.at.mono_us > at);
        let blocks = self.blocks.partition_point(|block| !newer(&block.last()));
        let points = self.blocks.range(blocks..).flat_map(|block| block.points.iter()).copied();
        points.skip_while(move |point| !newer(point))
    }

    /// All points in order of time.
    pub fn oldest_first(&self) -> impl Iterator<Item = Point> {
        self.blocks.iter().flat_map(|block| block.points.iter()).copied()
    }

    /// The blocks that reach into `from_us..until_us`.
    fn within(&self, from_us: u64, until_us: u64) -> impl Iterator<Item = &Block> {
        let from = self.blocks.partition_point(|block| block.last().at.mono_us < from_us);
        let until = self.blocks.partition_point(|block| block.first().at.mono_us < until_us);
        self.blocks.range(from..until.max(from))
    }

    /// What each column of the grid shows, up to `until_us` inclusive.
    pub fn extents(&self, grid: Grid, until_us: u64) -> Vec<Option<Extent>> {
        let mut columns: Vec<Option<Extent>> = vec![None; grid.columns];
        let end = grid.until_us().min(until_us.saturating_add(1));
        let mut take = |point: Point| {
            let Some(column) = grid.column(point.at.mono_us).filter(|_| point.at.mono_us < end) else {
                return;
            };
            match &mut columns[column] {
                Some(extent) => extent.take_in(point),
                none => *none = Some(Extent::of(point)),
            }
        };
        for block in self.within(grid.since_us(), end) {
            let (first, last) = (block.first().at.mono_us, block.last().at.mono_us);
            let column = grid.column(first).filter(|_| last < end);
            if column.is_some() && column == grid.column(last) {
                take(block.points[block.low]);
                take(block.points[block.high]);
            } else {
                block.points.iter().for_each(|point| take(*point));
            }
        }
        columns
    }

    /// The figures of `from_us..=until_us`. A thinned block that reaches beyond counts by the share of its points inside.
    pub fn figures(&self, from_us: u64, until_us: u64) -> Option<Figures> {
        let mut figures: Option<Figures> = None;
        let mut take = |points: &[Point], mean: f64, count: u64| {
            let Some(last) = points.last().copied() else { return };
            let figures =
                figures.get_or_insert(Figures { last, min: last.value, mean, max: last.value, count: 0 });
            for point in points {
                figures.min = figures.min.min(point.value);
                figures.max = figures.max.max(point.value);
            }
            figures.last = last;
            figures.mean = joined(figures.mean, figures.count, mean, count.max(1));
            figures.count += count;
        };
        for block in self.within(from_us, until_us.saturating_add(1)) {
            if block.first().at.mono_us >= from_us && block.last().at.mono_us <= until_us {
                let (low, high, last) = (block.points[block.low], block.points[block.high], block.last());
                take(&[low, high, last], block.mean, block.count);
                continue;
            }
            let share = block.count / block.points.len() as u64;
            let inside = |point: &&Point| (from_us..=until_us).contains(&point.at.mono_us);
            for point in block.points.iter().filter(inside) {
                take(&[*point], point.value, share);
            }
        }
        figures
    }

    /// Points that are kept, thinned ones included.
    pub fn kept(&self) -> usize {
        self.blocks.range(..self.thinned).map(|block| block.points.len()).sum::<usize>() + self.kept
    }
}
