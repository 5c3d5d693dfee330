package dev.chatplatform.mongodb;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.bson.BsonDecoder;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;

/** Documents as bytes, and back; a document says itself where it ends. */
final class Bson {
    private static final int FIRST_GUESS_BYTES = 1024;

    private Bson() {}

    /** The bytes from the buffer's position to its limit. */
    static ByteBuffer encode(Document document) {
        ByteBuf bson = Unpooled.buffer(FIRST_GUESS_BYTES);
        BsonEncoder.encodeDocument(document, bson);
        return bson.nioBuffer();
    }

    /** Takes one document off the buffer. */
    static Document decode(ByteBuffer in) {
        ByteBuf bson = Unpooled.wrappedBuffer(in);
        Document document = BsonDecoder.decodeBson(bson);
        in.position(in.position() + bson.readerIndex());
        return document;
    }
}
