// Stands for the class of Axis2 that has this name: what counts is how its objects are written.

package org.apache.axis2.clustering.control.wka;

import org.apache.axis2.clustering.control.ControlCommand;
import org.apache.catalina.tribes.Member;

public class MemberListCommand extends ControlCommand {
    private static final long serialVersionUID = 5687720124889269491L;

    public Member[] members;
}
