package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.engine.EngineOptions.Owner;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The bytes on disk are those of the golden files, which {@code docs/formats.md} shows as well. When a format changes on purpose its
 * version rises, and golden file and page change with it.
 */
class FormatGoldenTest {
    private static final Path PAGE = Path.of("..", "docs", "formats.md");
    private static final Owner OWNER = new Owner(0x0102030405060708L, 9);

    private final TestStore store = new TestStore();

    /** One small store: a sealed file with a record of each kind, its hint file, an active file. */
    @BeforeEach
    void writeTheStore() {
        store.options = store.options.withOwner(OWNER);
        store.open();
        Engine engine = store.engine();
        engine.apply(new WriteBatch(new EntryPosition(2, 5))
                .put(0x8000_0000_0000_0001L, TestStore.bytes("city"), TestStore.bytes("Bern"), 0x0102)
                .putMeta("range", new byte[] {7}));
        engine.apply(new WriteBatch(new EntryPosition(2, 6))
                .delete(0x8000_0000_0000_0001L, TestStore.bytes("city"), 0x0103)
                .deleteMeta("range"));
        engine.apply(new WriteBatch(new EntryPosition(3, 7)).dropRange(0x10, 0x20, 0x0104));
        engine.apply(new WriteBatch(new EntryPosition(3, 8)));
        Checkpoint unused = engine.checkpoint(Path.of("/checkpoint"));
        assertThat(unused.position().index()).isEqualTo(8);
        engine.apply(
                new WriteBatch(new EntryPosition(3, 9)).put(1, TestStore.bytes("k"), TestStore.bytes("v"), 0x0105));
        engine.sync();
    }

    @ParameterizedTest
    @ValueSource(strings = {"000001.data", "000001.hint", "000002.data", "MANIFEST"})
    void filesAreTheGoldenOnes(String name) throws IOException {
        byte[] actual = store.disk.bytes(TestStore.DIRECTORY.resolve(name));
        assertIsGolden(name, actual);
    }

    @Test
    void aSlotOfTheSyncMarkIsTheGoldenOne() throws IOException {
        byte[] file = store.disk.bytes(TestStore.DIRECTORY.resolve(FileNames.SYNC_MARK));
        ByteBuffer slot = SyncMarkFormat.newBuffer();
        SyncMarkFormat.encode(slot, 2, 86);
        byte[] expected = new byte[SyncMarkFormat.BYTES];
        slot.get(0, expected);
        assertIsGolden("SYNCED", expected);
        assertThat(HexFormat.of().formatHex(file)).contains(HexFormat.of().formatHex(expected));
    }

    /** Also with the manifest that builds wrote before there were spare files. */
    @ParameterizedTest
    @ValueSource(strings = {"MANIFEST", "MANIFEST.1"})
    void theGoldenStoreOpens(String manifest) throws IOException {
        SimFileStore disk = new SimFileStore();
        Path directory = Path.of("/golden");
        disk.createDirectories(directory);
        for (String name : List.of("000001.data", "000001.hint", "000002.data", manifest)) {
            String path = name.equals(manifest) ? FileNames.MANIFEST : name;
            try (FileStore.File file = disk.create(directory.resolve(path))) {
                file.write(0, ByteBuffer.wrap(bytesOf(golden(name))));
            }
        }
        try (Engine engine = Engine.open(directory, store.options, disk, EngineListener.NONE)) {
            assertThat(engine.applied()).isEqualTo(new EntryPosition(3, 9));
            assertThat(engine.count(0, 0)).isEqualTo(1);
            assertThat(engine.versionOf(1, TestStore.bytes("k"))).isEqualTo(0x0105);
        }
    }

    @Test
    void aNewerVersionIsRefused() throws IOException {
        store.close();
        for (String name : List.of("MANIFEST", "000001.data", "000002.data")) {
            Path path = TestStore.DIRECTORY.resolve(name);
            int flip = name.equals("MANIFEST") ? 0b10 ^ 0b11 : 0b01 ^ 0b10;
            store.disk.corrupt(path, FormatHeads.VERSION_OFFSET, flip);
            assertThatThrownBy(store::open)
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining(name.equals("MANIFEST") ? "format version 3" : "format version 2");
            store.disk.corrupt(path, FormatHeads.VERSION_OFFSET, flip);
        }
        store.open();
    }

    @Test
    void anExpiryIsReadOver() {
        // No writer sets it yet; a reader must find key and value behind it.
        ByteBuffer buffer = ByteBuffer.allocate(200).order(ByteOrder.LITTLE_ENDIAN);
        buffer.put(RecordFormat.KIND_OFFSET, RecordKind.PUT.code());
        buffer.put(RecordFormat.FLAGS_OFFSET, (byte) (RecordFormat.FLAG_EXPIRY | RecordFormat.FLAG_END_OF_ENTRY));
        buffer.putShort(RecordFormat.KEY_BYTES_OFFSET, (short) 3);
        buffer.putInt(RecordFormat.VALUE_BYTES_OFFSET, 4);
        assertThat(RecordFormat.headerIsPlausible(buffer, 0)).isTrue();
        assertThat(RecordFormat.keyOffset(buffer, 0)).isEqualTo(60);
        assertThat(RecordFormat.valueOffset(buffer, 0)).isEqualTo(63);
        assertThat(RecordFormat.recordBytes(buffer, 0)).isEqualTo(67);
    }

    private static void assertIsGolden(String name, byte[] actual) throws IOException {
        String text = hexLines(actual);
        assertThat(text).as("golden file of %s", name).isEqualTo(golden(name));
        assertThat(Files.readString(PAGE)).as("docs/formats.md shows %s", name).contains(text);
    }

    private static String golden(String name) throws IOException {
        String resource = "golden/" + name.toLowerCase(Locale.ROOT) + ".hex";
        try (InputStream stream = FormatGoldenTest.class.getClassLoader().getResourceAsStream(resource)) {
            if (stream == null) {
                return "";
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytesOf(String hexLines) {
        UnaryOperator<String> withoutOffset = line -> line.substring(line.indexOf(' ') + 1);
        return HexFormat.of()
                .parseHex(hexLines.lines()
                        .map(withoutOffset)
                        .reduce("", String::concat)
                        .replace(" ", ""));
    }

    /** Sixteen bytes a line, behind their offset. */
    private static String hexLines(byte[] bytes) {
        StringBuilder lines = new StringBuilder();
        for (int at = 0; at < bytes.length; at += 16) {
            int end = Math.min(bytes.length, at + 16);
            lines.append(String.format(Locale.ROOT, "%04x ", at))
                    .append(HexFormat.ofDelimiter(" ").formatHex(bytes, at, end))
                    .append('\n');
        }
        return lines.toString();
    }
}
