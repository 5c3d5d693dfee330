package dev.chatplatform.mongodb;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import java.util.List;
import org.h2.mvstore.MVStore;

/**
 * The library's H2 backend, with more queries answered from an index. By itself it scans a whole collection for
 * whatever does not name exactly the fields of one unique index, and it ignores all other indexes.
 */
final class IndexedBackend extends H2Backend {
    IndexedBackend(MVStore store) {
        super(store);
    }

    @Override
    protected MongoDatabase openOrCreateDatabase(String databaseName) {
        MVStore store = getMvStore();
        // Not a named class: the library's constructor calls these methods, before any field of a subclass is set. What
        // an anonymous class captures is set before.
        return new H2Database(databaseName, store, getCursorRegistry()) {
            @Override
            protected MongoCollection<Object> openOrCreateCollection(String name, CollectionOptions options) {
                String fullName = getFullCollectionNamespace(name);
                return new IndexedCollection(
                    this, name, options, store.openMap("databases." + fullName), store.openMap("meta." + fullName),
                    cursorRegistry);
            }

            @Override
            protected Index<Object> openOrCreateSecondaryIndex(
                String collection, String name, List<IndexKey> keys, boolean sparse) {
                // Named as the library names the maps of its own indexes: it removes them by that name.
                String map = getFullCollectionNamespace(collection) + "._index_" + name;
                return sparse && keys.size() == 1
                    ? new SparseIndex(store.openMap(map), name, keys)
                    : new FirstFieldIndex(store.openMap(map), name, keys);
            }
        };
    }
}
