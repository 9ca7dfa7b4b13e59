package io.titankv.cli.admin;

import io.titankv.cli.common.Cell;
import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Fields;
import io.titankv.cli.common.Quantity;
import io.titankv.cli.common.Style.Tone;
import io.titankv.cli.common.TitanCommand;
import io.titankv.proto.admin.v1.ClusterGrpc;
import io.titankv.proto.admin.v1.ClusterGrpc.ClusterBlockingStub;
import io.titankv.proto.admin.v1.GetClusterRequest;
import io.titankv.proto.admin.v1.GetClusterResponse;
import io.titankv.proto.admin.v1.Limits;
import io.titankv.proto.admin.v1.SetLimitsRequest;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "limits",
        description = "How much may go on at a time: shows it, and changes it at once, for what is under way too")
final class ClusterLimitsCommand extends TitanCommand {
    private static final String UNLIMITED = "unlimited";

    @Option(
            names = "--transfer-rate",
            paramLabel = "SIZE|" + UNLIMITED,
            converter = RateConverter.class,
            completionCandidates = RateWords.class,
            description = "What one range transfer copies a second, and what replicas bring to a node, e.g. 64MiB")
    private @Nullable Long transferBytesPerSecond;

    ClusterLimitsCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        Long wanted = transferBytesPerSecond;
        Limits now = context.connections()
                .call(
                        global(),
                        ClusterGrpc::newBlockingStub,
                        stub -> wanted == null
                                ? shown(stub)
                                : stub.setLimits(SetLimitsRequest.newBuilder()
                                        .setTransferBytesPerSecond(wanted)
                                        .build()));
        long rate = now.getTransferBytesPerSecond();
        new Fields()
                .add(
                        "transfer_bytes_per_second",
                        rate == 0 ? new Cell(UNLIMITED, 0, Tone.PLAIN) : Protos.rate((double) rate))
                .print(console(), context.format());
        return ExitCode.OK;
    }

    private static Limits shown(ClusterBlockingStub stub) {
        GetClusterResponse cluster = stub.getCluster(GetClusterRequest.getDefaultInstance());
        if (!cluster.hasLimits()) {
            throw Protos.notTold("limits", cluster);
        }
        return cluster.getLimits();
    }

    /** Bytes a second; 0 is without a limit, as in the API. */
    static final class RateConverter implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            if (text.equals(UNLIMITED)) {
                return 0L;
            }
            String size = text.endsWith("/s") ? text.substring(0, text.length() - 2) : text;
            try {
                long bytes = Quantity.parseBytes(size);
                if (bytes == 0) {
                    throw new TypeConversionException(
                            "with " + text + " nothing would ever arrive: give 1B or more, or " + UNLIMITED);
                }
                return bytes;
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage() + "; or " + UNLIMITED);
            }
        }
    }

    /** For completion in a shell. */
    static final class RateWords implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return List.of("16MiB", "64MiB", "256MiB", UNLIMITED).iterator();
        }
    }
}
