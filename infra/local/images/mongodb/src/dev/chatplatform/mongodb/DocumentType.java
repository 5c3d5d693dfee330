package dev.chatplatform.mongodb;

import de.bwaldvogel.mongo.bson.Document;
import java.nio.ByteBuffer;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/**
 * Keeps documents as BSON. H2 by itself keeps Java objects as Java does, with their classes' names: six times as large, and
 * most of what a write costs.
 */
final class DocumentType extends BasicDataType<Document> {
    /** What H2 splits its pages and bounds its cache by: BSON in memory, as maps of objects, takes some three times its size. */
    private static final int FIRST_GUESS_BYTES = 1024;
    private static final int IN_MEMORY = 3;

    private volatile int average = FIRST_GUESS_BYTES;

    @Override
    public int getMemory(Document document) {
        return average;
    }

    @Override
    public void write(WriteBuffer out, Document document) {
        ByteBuffer bson = Bson.encode(document);
        average += (bson.remaining() * IN_MEMORY - average) / 16;
        out.put(bson);
    }

    @Override
    public Document read(ByteBuffer in) {
        return Bson.decode(in);
    }

    @Override
    public Document[] createStorage(int size) {
        return new Document[size];
    }
}
