// A Tribes node that joins a group by the address of a balancer, as Axis2 nodes do.
//
// Arguments: <host> <port> <domain> <payload> <balancer's host> <balancer's port>
// In:  join       asks to join
//      list       sends a list of itself
// Out: started
//      <domain of the answerer> <class or text of the answer> <number of members>, or "no answer"

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.axis2.clustering.control.wka.JoinGroupCommand;
import org.apache.axis2.clustering.control.wka.MemberListCommand;
import org.apache.catalina.tribes.Channel;
import org.apache.catalina.tribes.Member;
import org.apache.catalina.tribes.group.GroupChannel;
import org.apache.catalina.tribes.group.Response;
import org.apache.catalina.tribes.group.RpcCallback;
import org.apache.catalina.tribes.group.RpcChannel;
import org.apache.catalina.tribes.membership.McastService;
import org.apache.catalina.tribes.membership.MemberImpl;
import org.apache.catalina.tribes.transport.nio.NioReceiver;

public final class Joiner {
    private static final int MEMBERSHIP_MESSAGE = 0x0400;

    public static void main(String[] arguments) throws Exception {
        Logger.getLogger("").setLevel(Level.SEVERE);
        NioReceiver receiver = new NioReceiver();
        receiver.setAddress(arguments[0]);
        receiver.setPort(Integer.parseInt(arguments[1]));
        receiver.setAutoBind(0);
        McastService membership = new McastService();
        membership.setDomain(arguments[2].getBytes(StandardCharsets.ISO_8859_1));
        membership.setPayload(arguments[3].getBytes(StandardCharsets.ISO_8859_1));
        GroupChannel channel = new GroupChannel();
        channel.setChannelReceiver(receiver);
        channel.setMembershipService(membership);
        // Without multicast: the members are who answers.
        channel.start(Channel.SND_RX_SEQ | Channel.SND_TX_SEQ);
        byte[] id = (arguments[2] + ":rpc.membership.channel").getBytes(StandardCharsets.ISO_8859_1);
        RpcChannel calls = new RpcChannel(id, channel, new RpcCallback() {
            @Override
            public Serializable replyRequest(Serializable message, Member sender) {
                return null;
            }

            @Override
            public void leftOver(Serializable message, Member sender) {
            }
        });
        Member balancer = new MemberImpl(arguments[4], Integer.parseInt(arguments[5]), 0);
        System.out.println("started");
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            Serializable message;
            if (order.equals("list")) {
                MemberListCommand list = new MemberListCommand();
                list.members = new Member[] {channel.getLocalMember(true)};
                message = list;
            } else {
                message = new JoinGroupCommand();
            }
            int options = Channel.SEND_OPTIONS_ASYNCHRONOUS | MEMBERSHIP_MESSAGE;
            Response[] responses =
                    calls.send(new Member[] {balancer}, message, RpcChannel.ALL_REPLY, options, 10000);
            System.out.println(responses.length == 0 ? "no answer" : describe(responses[0]));
        }
        System.exit(0);
    }

    private static String describe(Response response) {
        String domain = new String(response.getSource().getDomain(), StandardCharsets.ISO_8859_1);
        Object message = response.getMessage();
        if (message instanceof MemberListCommand) {
            return domain + " MemberListCommand " + ((MemberListCommand) message).members.length;
        }
        return domain + " " + message;
    }
}
