package dev.chatplatform.mongodb;

import de.bwaldvogel.mongo.bson.Document;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/** The data of versions that kept Java objects. */
final class EarlierFile {
    private EarlierFile() {}

    /** Takes everything over into a new store; indexes are made anew from it. Once it is durable the earlier file goes. */
    static void takeOver(Path file, MVStore store) throws IOException {
        MVStore earlier = new MVStore.Builder().fileName(file.toString()).readOnly().open();
        for (String name : earlier.getMapNames()) {
            if (name.startsWith(IndexedBackend.DOCUMENTS)) {
                MVMap<Object, Document> documents = IndexedBackend.openDocuments(store, name);
                earlier.<Object, Document>openMap(name).forEach(documents::put);
            } else if (!name.contains(IndexedBackend.INDEX)) {
                MVMap<Object, Object> map = store.openMap(name);
                earlier.<Object, Object>openMap(name).forEach(map::put);
            }
        }
        store.commit();
        earlier.close();
        Files.delete(file);
    }
}
