//! The Protobuf schemas that rules and choices of a connection name: loaded by the outside, since that reads files.

use std::sync::Arc;

use crate::app::Effect;
use crate::model::{ConnectionId, Decoding, SchemaName};
use crate::payload::Schemas;

/// The schemas at hand.
#[derive(Debug, Default)]
pub struct SchemaShelf {
    /// Those that were asked for last.
    names: Vec<SchemaName>,
    loaded: Arc<Schemas>,
    generation: u32,
}

impl SchemaShelf {
    /// Counted up with each change: what was read with other schemas is outdated.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// The schemas.
    pub fn loaded(&self) -> &Schemas {
        &self.loaded
    }

    /// The schemas, for a job.
    pub(in crate::app) fn shared(&self) -> Arc<Schemas> {
        Arc::clone(&self.loaded)
    }

    /// Asks for the schemas that `decodings` name when they are others than before.
    pub(super) fn ask<'a>(
        &mut self,
        connection: ConnectionId,
        decodings: impl Iterator<Item = &'a Decoding>,
    ) -> Option<Effect> {
        let names: Vec<SchemaName> = decodings.filter_map(Decoding::schema).cloned().collect();
        if names == self.names {
            return None;
        }
        self.names.clone_from(&names);
        Some(Effect::LoadSchemas(connection, names))
    }

    /// Takes them in.
    pub(in crate::app) fn load(&mut self, schemas: Arc<Schemas>) {
        self.loaded = schemas;
        self.generation += 1;
    }
}
