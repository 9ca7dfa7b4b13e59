package io.titankv.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.titankv.proto.kv.v1.RequestId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class RequestIdsTest {
    private static final ByteString CLIENT = ByteString.copyFrom(new byte[16]);

    /** A step below zero takes a sequence; any other gives one back. */
    @Property
    void nothingOpenIsCalledAnsweredAndEverythingBelowIsAnswered(@ForAll List<Byte> steps) {
        RequestIds ids = new RequestIds(CLIENT);
        TreeSet<Long> open = new TreeSet<>();
        long highest = 0;
        for (byte step : steps) {
            if (step < 0 || open.isEmpty()) {
                long sequence = ids.take();
                assertThat(sequence).isGreaterThan(highest);
                highest = sequence;
                open.add(sequence);
            } else {
                List<Long> all = new ArrayList<>(open);
                long gone = all.get(step % all.size());
                open.remove(gone);
                ids.giveBack(gone);
            }
            for (long sequence : open) {
                RequestId id = ids.toProto(sequence);
                assertThat(id.getSequence()).isEqualTo(sequence);
                assertThat(id.getAnsweredBelow()).isEqualTo(open.first());
            }
        }
    }
}
