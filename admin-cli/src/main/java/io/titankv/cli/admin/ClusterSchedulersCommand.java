package io.titankv.cli.admin;

import io.titankv.cli.common.Context;
import io.titankv.cli.common.ExitCode;
import io.titankv.cli.common.Fields;
import io.titankv.cli.common.TitanCommand;
import io.titankv.proto.admin.v1.ClusterGrpc;
import io.titankv.proto.admin.v1.ClusterGrpc.ClusterBlockingStub;
import io.titankv.proto.admin.v1.GetClusterRequest;
import io.titankv.proto.admin.v1.GetClusterResponse;
import io.titankv.proto.admin.v1.Schedulers;
import io.titankv.proto.admin.v1.SetSchedulersRequest;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "schedulers", description = "What the cluster does by itself: shows it, and switches it on or off")
final class ClusterSchedulersCommand extends TitanCommand {
    @Option(
            names = "--heal",
            paramLabel = "on|off",
            converter = OnOff.Converter.class,
            completionCandidates = OnOff.Words.class,
            description = "Replicas of nodes that are dead for too long, or decommissioned, go to others")
    private @Nullable OnOff heal;

    @Option(
            names = "--balance-replicas",
            paramLabel = "on|off",
            converter = OnOff.Converter.class,
            completionCandidates = OnOff.Words.class,
            description = "Replicas are spread over failure domains and evened out over nodes")
    private @Nullable OnOff balanceReplicas;

    @Option(
            names = "--balance-leaders",
            paramLabel = "on|off",
            converter = OnOff.Converter.class,
            completionCandidates = OnOff.Words.class,
            description = "Leaderships are evened out over nodes")
    private @Nullable OnOff balanceLeaders;

    @Option(
            names = "--balance-ranges",
            paramLabel = "on|off",
            converter = OnOff.Converter.class,
            completionCandidates = OnOff.Words.class,
            description = "Bytes and operations are evened out over shards")
    private @Nullable OnOff balanceRanges;

    ClusterSchedulersCommand(Context context) {
        super(context);
    }

    @Override
    protected int run() {
        SetSchedulersRequest wanted = wanted();
        boolean isChange = !wanted.equals(SetSchedulersRequest.getDefaultInstance());
        Schedulers now = context.connections()
                .call(
                        global(),
                        ClusterGrpc::newBlockingStub,
                        stub -> isChange ? stub.setSchedulers(wanted) : shown(stub));
        new Fields()
                .add("heal", OnOff.cell(now.getHeal()))
                .add("balance_replicas", OnOff.cell(now.getBalanceReplicas()))
                .add("balance_leaders", OnOff.cell(now.getBalanceLeaders()))
                .add("balance_ranges", OnOff.cell(now.getBalanceRanges()))
                .print(console(), context.format());
        return ExitCode.OK;
    }

    private static Schedulers shown(ClusterBlockingStub stub) {
        GetClusterResponse cluster = stub.getCluster(GetClusterRequest.getDefaultInstance());
        if (!cluster.hasSchedulers()) {
            throw Protos.notTold("schedulers", cluster);
        }
        return cluster.getSchedulers();
    }

    private SetSchedulersRequest wanted() {
        SetSchedulersRequest.Builder request = SetSchedulersRequest.newBuilder();
        if (heal != null) {
            request.setHeal(heal.isOn());
        }
        if (balanceReplicas != null) {
            request.setBalanceReplicas(balanceReplicas.isOn());
        }
        if (balanceLeaders != null) {
            request.setBalanceLeaders(balanceLeaders.isOn());
        }
        if (balanceRanges != null) {
            request.setBalanceRanges(balanceRanges.isOn());
        }
        return request.build();
    }
}
