// A Tribes node on the loopback interface, told what to do line by line.
//
// Arguments: <host> <port> <domain> <multicast port> <payload>
// In:  stop       leaves the group, with a farewell
// Out: started    it announces itself
//      stopped

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.tribes.Channel;
import org.apache.catalina.tribes.group.GroupChannel;
import org.apache.catalina.tribes.membership.McastService;
import org.apache.catalina.tribes.transport.nio.NioReceiver;

public final class Node {
    public static void main(String[] arguments) throws Exception {
        Logger.getLogger("").setLevel(Level.SEVERE);
        NioReceiver receiver = new NioReceiver();
        receiver.setAddress(arguments[0]);
        receiver.setPort(Integer.parseInt(arguments[1]));
        receiver.setAutoBind(0);
        McastService membership = new McastService();
        membership.setAddress("228.0.0.4");
        membership.setPort(Integer.parseInt(arguments[3]));
        membership.setBind("127.0.0.1");
        membership.setFrequency(500);
        membership.setDropTime(3000);
        membership.setDomain(arguments[2].getBytes(StandardCharsets.ISO_8859_1));
        membership.setPayload(arguments[4].getBytes(StandardCharsets.ISO_8859_1));
        GroupChannel channel = new GroupChannel();
        channel.setChannelReceiver(receiver);
        channel.setMembershipService(membership);
        channel.start(Channel.DEFAULT);
        System.out.println("started");
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            if (order.equals("stop")) {
                channel.stop(Channel.DEFAULT);
                System.out.println("stopped");
            }
        }
        System.exit(0);
    }
}
